//! Translates Huawei Cloud and Open Telekom Cloud SDRS to the provider contract.
