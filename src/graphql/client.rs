//! Where a call comes from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, request::Parts},
};

use crate::app::App;

/// The header in which proxies name those they speak for, the nearest last.
const FORWARDED: &str = "x-forwarded-for";

/// The address that a call comes from: the peer's, or where the peer is a proxy that is trusted, the nearest that is none.
pub fn address(app: &App, head: &Parts) -> IpAddr {
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
    behind(peer, &head.headers, &app.trusted_proxies)
}

fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let named = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for name in named.iter().rev() {
        if !trusted.contains(&nearest) {
            break;
        }
        // Some proxies add the port.
        let address = name.parse().or_else(|_| name.parse().map(|named: SocketAddr| named.ip()));
        let Ok(address) = address else { break };
        nearest = IpAddr::to_canonical(&address);
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED, value.parse().unwrap());
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|proxy| proxy.parse().unwrap()).collect();
        behind(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(found("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        assert_eq!(found("192.0.2.1", &["198.51.100.7"], &["192.0.2.1"]), "198.51.100.7");
        assert_eq!(found("192.0.2.1", &["198.51.100.7:4711"], &["192.0.2.1"]), "198.51.100.7");
        assert_eq!(found("192.0.2.1", &["203.0.113.9, 198.51.100.7"], &["192.0.2.1"]), "198.51.100.7");
        let both = ["192.0.2.1", "198.51.100.7"];
        assert_eq!(found("192.0.2.1", &["203.0.113.9", "198.51.100.7"], &both), "203.0.113.9");
        assert_eq!(found("192.0.2.1", &["unknown"], &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(found("192.0.2.1", &[], &["192.0.2.1"]), "192.0.2.1");
    }
}
