//! The provider simulators: real wire protocols over one state.
