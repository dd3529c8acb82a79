//! The variables that Kubernetes puts into every pod for each service of its namespace.
//!
//! A service called `syn` or `syn-observability` gives names that look like ours. Source:
//! <https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables>.

use std::net::IpAddr;

/// Whether Kubernetes makes a variable of this shape.
pub(super) fn is_service_link(name: &str, value: &str) -> bool {
    let is_port = |value: &str| value.parse::<u16>().is_ok();
    let is_protocol = |value: &str| ["tcp", "udp", "sctp"].contains(&value);
    let is_url = || value.split_once("://").is_some_and(|(protocol, _)| is_protocol(protocol));
    let is_address = || value.parse::<IpAddr>().is_ok();
    if name.ends_with("_SERVICE_HOST") {
        return is_address();
    }
    if name.ends_with("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") {
        return is_port(value);
    }
    match after_port_number(name) {
        Some("" | "_TCP" | "_UDP" | "_SCTP") => is_url(),
        Some("_TCP_PROTO" | "_UDP_PROTO" | "_SCTP_PROTO") => is_protocol(value),
        Some("_TCP_PORT" | "_UDP_PORT" | "_SCTP_PORT") => is_port(value),
        Some("_TCP_ADDR" | "_UDP_ADDR" | "_SCTP_ADDR") => is_address(),
        _ => false,
    }
}

/// What follows `_PORT` or `_PORT_80`.
fn after_port_number(name: &str) -> Option<&str> {
    if name.ends_with("_PORT") && !name.contains("_PORT_") {
        return Some("");
    }
    let (_, rest) = name.split_once("_PORT_")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
    rest.get(digits..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shapes_of_kubernetes_are_known() {
        for (name, value) in [
            ("SYN_PORT", "tcp://10.0.0.1:80"),
            ("SYN_SERVICE_HOST", "10.0.0.1"),
            ("SYN_SERVICE_HOST", "fd00::1"),
            ("SYN_SERVICE_PORT", "80"),
            ("SYN_SERVICE_PORT_HTTP", "80"),
            ("SYN_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("SYN_PORT_80_TCP_PROTO", "tcp"),
            ("SYN_PORT_80_TCP_PORT", "80"),
            ("SYN_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("SYN_PORT_53_UDP", "udp://10.0.0.1:53"),
            ("SYN_OBSERVABILITY_PORT", "tcp://10.0.0.2:4317"),
            ("SYN_PROFILE_SERVICE_HOST", "10.0.0.3"),
        ] {
            assert!(is_service_link(name, value), "{name}");
        }
    }

    #[test]
    fn other_shapes_and_other_values_are_not() {
        for (name, value) in [
            ("SYN_PORT", "8080"),
            ("SYN_SERVICE_NAME", "shop"),
            ("SYN_SERVICE_HOST", "localhost"),
            ("SYN_OBSERVABILITY_TRACING_ENDPOINT", "tcp://10.0.0.2:4317"),
            ("SYN_PORT_X_TCP", "tcp://10.0.0.1:80"),
        ] {
            assert!(!is_service_link(name, value), "{name}");
        }
    }
}
