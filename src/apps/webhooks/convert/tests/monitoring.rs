//! Alerts and heartbeats.

use serde_json::{Value, json};

use super::{card, titles};
use crate::apps::webhooks::convert::Service;

#[test]
fn alertmanager_groups_are_one_card() {
    let alert = |status: &str, instance: &str| {
        json!({
            "status": status, "labels": {"alertname": "HighLoad", "instance": instance},
            "annotations": {"summary": "Load is high"}, "startsAt": "2025-01-15T10:30:00.5Z",
            "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prom:9090/graph?g0.expr=up",
        })
    };
    let payload = json!({
        "version": "4", "status": "firing", "receiver": "chat", "externalURL": "http://alerts:9093",
        "groupLabels": {"alertname": "HighLoad", "job": "node"}, "truncatedAlerts": 3,
        "alerts": [alert("firing", "a:9100"), alert("resolved", "b:9100")],
    });
    let firing = card(Service::Alertmanager, "", &payload).expect("a card");
    assert_eq!(firing.title.as_deref(), Some("FIRING 2: HighLoad (node)"));
    assert_eq!(firing.url.as_deref(), Some("http://alerts:9093/"));
    assert_eq!(
        firing.timestamp.as_deref(),
        Some("2025-01-15T10:30:00.500Z")
    );
    assert_eq!(
        firing.description.as_deref(),
        Some(
            "🔥 [Load is high](http://prom:9090/graph?g0.expr=up) (instance\\=a:9100)\n\
             ✅ [Load is high](http://prom:9090/graph?g0.expr=up) (instance\\=b:9100)\n\
             and 3 more"
        )
    );
    let mut payload = payload;
    payload["status"] = json!("resolved");
    let resolved = card(Service::Alertmanager, "", &payload).expect("a card");
    assert_eq!(
        resolved.title.as_deref(),
        Some("RESOLVED 2: HighLoad (node)")
    );
    assert_ne!(resolved.color, firing.color);
    assert_eq!(resolved.timestamp, None);
    assert_eq!(
        card(Service::Alertmanager, "", &json!({"status": "x"})),
        None
    );
    assert_eq!(card(Service::Alertmanager, "", &json!({})), None);
}

#[test]
fn grafana_has_a_title_and_pictures() {
    let payload = json!({
        "receiver": "chat", "status": "firing", "orgId": 1, "title": "[FIRING:1] High CPU (eu-1)",
        "externalURL": "https://grafana.example/", "version": "1", "state": "alerting",
        "alerts": [{
            "status": "firing", "labels": {"alertname": "High CPU", "zone": "eu-1"},
            "annotations": {"description": "CPU is at 95 %"}, "startsAt": "2025-01-15T10:30:00Z",
            "generatorURL": "https://grafana.example/alerting/1/edit", "dashboardURL": "",
            "panelURL": "https://grafana.example/d/1?viewPanel=2", "imageURL": "https://grafana.example/i.png",
        }],
    });
    let card_of = |payload: &Value| card(Service::Grafana, "", payload);
    let alert = card_of(&payload).expect("a card");
    assert_eq!(alert.title.as_deref(), Some("[FIRING:1] High CPU (eu-1)"));
    assert_eq!(
        alert.image.expect("a picture").url,
        "https://grafana.example/i.png"
    );
    assert_eq!(
        alert.description.as_deref(),
        Some("🔥 [CPU is at 95 %](https://grafana.example/d/1?viewPanel=2) (zone\\=eu\\-1)")
    );
    assert_eq!(card_of(&json!({"title": "x", "state": "ok"})), None);
}

#[test]
fn uptime_kuma_tells_each_state_and_its_own_messages() {
    let beat = |status: i64| {
        card(
            Service::UptimeKuma,
            "",
            &json!({
                "heartbeat": {"status": status, "time": "2025-01-15 10:30:00.123", "msg": "timeout"},
                "monitor": {"name": "Shop", "url": "https://"}, "msg": "[Shop] x",
            }),
        )
    };
    let titles = titles([beat(0), beat(1), beat(2), beat(3)]);
    assert_eq!(
        titles,
        [
            "🔴 Down: Shop",
            "✅ Up: Shop",
            "🟠 Pending: Shop",
            "🔧 Maintenance: Shop"
        ]
    );
    let down = beat(0).expect("a card");
    assert_eq!(down.timestamp.as_deref(), Some("2025-01-15T10:30:00.123Z"));
    assert_eq!(down.url, None);
    assert_eq!(down.description.as_deref(), Some("timeout"));
    assert_eq!(beat(9), None);

    let test = card(
        Service::UptimeKuma,
        "",
        &json!({"heartbeat": null, "monitor": null, "msg": "My Notification Testing"}),
    );
    assert_eq!(
        test.and_then(|card| card.title).as_deref(),
        Some("My Notification Testing")
    );
    assert_eq!(card(Service::UptimeKuma, "", &json!({})), None);
}
