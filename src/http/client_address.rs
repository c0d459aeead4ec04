//! Whose address a request comes from.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use ipnet::IpNet;

use crate::socket::Peer;

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// From the configured networks.
    pub fn new(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The right-most hop that is not a trusted proxy: anything left of it could be made up.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        let mut client = peer;
        for hop in forwarded.iter().rev() {
            let Ok(address) = hop.parse() else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        client
    }
}

/// The address of the client, as far as it can be known. Put into the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What a rate limit counts by: the address, or for IPv6 its /64, which is one customer.
    pub fn bucket(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V4(v4) => v4.into(),
            IpAddr::V6(v6) => IpNet::new(v6.into(), 64).map_or(v6.into(), |net| net.network()),
        }
    }
}

/// Finds the client's address and keeps it with the request.
pub async fn find_client_address(
    State(proxies): State<TrustedProxies>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = proxies.client(peer.address.ip().to_canonical(), request.headers());
    request.extensions_mut().insert(ClientAddress(client));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{ClientAddress, TrustedProxies};

    fn client(trusted: &[&str], peer: &str, forwarded: &str) -> String {
        let networks: Vec<_> = trusted
            .iter()
            .map(|net| net.parse().expect("a network"))
            .collect();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().expect("a value"));
        TrustedProxies::new(&networks)
            .client(peer.parse().expect("an address"), &headers)
            .to_string()
    }

    #[test]
    fn a_forwarded_address_is_believed_only_from_a_trusted_proxy() {
        assert_eq!(client(&[], "9.9.9.9", "1.2.3.4"), "9.9.9.9");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", "1.2.3.4"), "1.2.3.4");
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 1.2.3.4"),
            "1.2.3.4"
        );
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", "1.2.3.4, 10.0.0.2"),
            "1.2.3.4"
        );
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", "garbage"), "10.0.0.1");
    }

    #[test]
    fn an_ipv6_customer_is_one_bucket() {
        let bucket = |text: &str| ClientAddress(text.parse().expect("an address")).bucket();
        assert_eq!(bucket("2001:db8::1"), bucket("2001:db8::ffff"));
        assert_ne!(bucket("2001:db8::1"), bucket("2001:db8:0:1::1"));
    }
}
