//! HTTP to providers: deadlines, authentication, limits, redaction; never resends a mutating call.
