//! Bodies as the services send them, and the tiles that come of them.

use serde_json::{Value, json};

use super::Service;

fn tile(service: Service, payload: &Value) -> Option<Value> {
    let converted = service.convert(payload.to_string().as_bytes());
    let snapshot = converted.expect("JSON")?;
    Some(serde_json::to_value(snapshot.rows).expect("JSON"))
}

#[test]
fn services_are_known_by_the_end_of_their_address() {
    assert_eq!(Service::parse("prometheus"), Some(Service::Prometheus));
    assert_eq!(Service::parse("alertmanager"), Some(Service::Alertmanager));
    assert_eq!(Service::parse("statuspage"), Some(Service::Statuspage));
    assert_eq!(Service::parse("uptime-kuma"), Some(Service::UptimeKuma));
    assert_eq!(Service::parse("grafana"), None);
}

#[test]
fn what_is_no_object_is_no_json_and_what_says_nothing_shows_nothing() {
    for service in ["prometheus", "alertmanager", "statuspage", "uptime-kuma"] {
        let service = Service::parse(service).expect("a service");
        for body in ["", "nonsense", "[]", "1"] {
            let problems = service.convert(body.as_bytes()).expect_err("refused");
            assert_eq!(problems[0].error, "invalid_json", "{body}");
        }
        for nothing in [json!({}), json!({"alerts": [], "data": 7, "page": null})] {
            assert_eq!(tile(service, &nothing), None);
        }
    }
}

#[test]
fn a_query_is_a_row_for_each_series_with_the_digits_of_its_value() {
    let vector = json!({"status": "success", "data": {"resultType": "vector", "result": [
        {"metric": {"__name__": "up", "instance": "web-1:9100", "job": "node"},
         "value": [1_435_781_451.781, "1"]},
        {"metric": {"path": "/login", "job": "web"}, "value": [1_435_781_451.781, "0.250"]},
        {"metric": {}, "value": [1_435_781_451, "NaN"]},
    ]}});
    let snapshot = Service::Prometheus.convert(vector.to_string().as_bytes());
    let snapshot = snapshot.expect("JSON").expect("rows");
    assert_eq!(
        serde_json::to_string(&snapshot.rows).expect("JSON"),
        r#"[{"kind":"counter","label":"web-1:9100","value":1},{"kind":"counter","label":"/login","value":0.250},{"kind":"text","label":"Value","value":"NaN"}]"#
    );
    assert!(snapshot.warnings.is_empty());

    let matrix = json!({"data": {"resultType": "matrix", "result": [
        {"metric": {"job": "a"}, "values": [[1, "1"], [2, "2"]]}, {"metric": {}, "values": []},
    ]}});
    let rows = json!([{"kind": "counter", "label": "a", "value": 2}]);
    assert_eq!(tile(Service::Prometheus, &matrix), Some(rows));
    let scalar = json!({"data": {"resultType": "scalar", "result": [1.5, "1e+06"]}});
    let rows = json!([{"kind": "counter", "label": "Value", "value": 1e6}]);
    assert_eq!(tile(Service::Prometheus, &scalar), Some(rows));
    let failed = json!({"status": "error", "errorType": "bad_data", "error": "parse error"});
    assert_eq!(tile(Service::Prometheus, &failed), None);
}

#[test]
fn rows_that_have_no_room_are_counted() {
    let series = |n: usize| json!({"metric": {"job": n.to_string()}, "value": [1, "1"]});
    let result: Vec<_> = (0..9).map(series).collect();
    let vector = json!({"data": {"resultType": "vector", "result": result}});
    let snapshot = Service::Prometheus.convert(vector.to_string().as_bytes());
    let snapshot = snapshot.expect("JSON").expect("rows");
    assert_eq!(snapshot.rows.len(), 6);
    assert_eq!(snapshot.warnings, ["rows_left_out:3"]);
}

#[test]
fn a_group_of_alerts_shows_the_firing_ones_first() {
    let group = json!({
        "version": "4", "status": "firing", "receiver": "chat",
        "groupLabels": {"alertname": "HighLoad"}, "commonLabels": {"alertname": "HighLoad"},
        "externalURL": "http://alertmanager:9093", "truncatedAlerts": 2,
        "alerts": [
            {"status": "resolved", "labels": {"alertname": "HighLoad", "instance": "web-1"}},
            {"status": "firing", "annotations": {"summary": "Load is 9"},
             "labels": {"alertname": "HighLoad", "instance": "web-2", "severity": "warning"},
             "generatorURL": "https://prometheus.example/graph"},
        ],
    });
    let rows = json!([
        {"kind": "status", "label": "HighLoad", "state": "err",
         "text": "1 firing, 1 resolved, 2 more"},
        {"kind": "status", "label": "HighLoad web-2", "state": "warn", "text": "Load is 9",
         "url": "https://prometheus.example/graph"},
        {"kind": "status", "label": "HighLoad web-1", "state": "ok"},
    ]);
    assert_eq!(tile(Service::Alertmanager, &group), Some(rows));
    let calm = json!({"receiver": "chat", "alerts": [{"status": "resolved"}]});
    let rows = json!([
        {"kind": "status", "label": "chat", "state": "ok", "text": "0 firing, 1 resolved"},
        {"kind": "status", "label": "Alert", "state": "ok"},
    ]);
    assert_eq!(tile(Service::Alertmanager, &calm), Some(rows));
}

#[test]
fn a_status_page_shows_itself_and_then_the_worst() {
    let webhook = json!({
        "meta": {"unsubscribe": "https://example.com"},
        "page": {"id": "j2mfxwj97wnj", "status_indicator": "critical",
                 "status_description": "Major System Outage"},
        "component_update": {"new_status": "major_outage", "old_status": "operational"},
        "component": {"id": "rb5wq1dczvbm", "name": "Some Component", "status": "major_outage"},
    });
    let rows = json!([
        {"kind": "status", "label": "Status", "state": "err", "text": "Major System Outage"},
        {"kind": "status", "label": "Some Component", "state": "err", "text": "major outage"},
    ]);
    assert_eq!(tile(Service::Statuspage, &webhook), Some(rows));

    let summary = json!({
        "page": {"name": "Example", "url": "https://status.example.com/"},
        "status": {"indicator": "minor", "description": "Partially Degraded"},
        "components": [
            {"name": "All", "status": "degraded_performance", "group": true},
            {"name": "Web", "status": "operational", "group": false},
            {"name": "API", "status": "degraded_performance"},
            {"name": "Mail", "status": "under_maintenance"},
        ],
        "incidents": [{"name": "Slow", "status": "investigating", "impact": "major",
                       "shortlink": "https://stspg.io/x"}],
    });
    let rows = tile(Service::Statuspage, &summary).expect("rows");
    let labels = rows.as_array().expect("rows").iter();
    let labels: Vec<_> = labels.map(|row| row["label"].clone()).collect();
    assert_eq!(labels, ["Example", "Slow", "API", "Mail", "Web"]);
    assert_eq!(rows[1]["url"], "https://stspg.io/x");
    assert_eq!(rows[0]["state"], "warn");
}

#[test]
fn a_heartbeat_shows_the_monitor_and_its_ping() {
    let beat = json!({
        "heartbeat": {"monitorID": 1, "status": 1, "time": "2025-01-15 10:30:00.123",
                      "msg": "200 - OK", "ping": 42, "important": true},
        "monitor": {"id": 1, "name": "Web", "pathName": "Sites / Web",
                    "url": "https://example.com"},
        "msg": "[Web] [✅ Up] 200 - OK",
    });
    let rows = json!([
        {"kind": "status", "label": "Sites / Web", "state": "ok", "text": "200 - OK",
         "url": "https://example.com/"},
        {"kind": "counter", "label": "Ping, ms", "value": 42},
    ]);
    assert_eq!(tile(Service::UptimeKuma, &beat), Some(rows));
    let down = json!({"heartbeat": {"status": 0, "msg": "", "ping": null},
                      "monitor": {"name": "x".repeat(60), "url": "https://"}});
    let rows = tile(Service::UptimeKuma, &down).expect("rows");
    assert_eq!(rows[0]["state"], "err");
    assert_eq!(rows[0]["text"], "down");
    assert_eq!(rows[0]["label"], format!("{}…", "x".repeat(39)));
    assert_eq!((rows[0].get("url"), rows.get(1)), (None, None));
    let test = json!({"heartbeat": null, "monitor": null, "msg": "Testing"});
    assert_eq!(tile(Service::UptimeKuma, &test), None);
}
