$widgetUrl = "https://chattr.example.com/widgets/APP_ID/WIDGET_TOKEN";
$ch = curl_init($widgetUrl);
curl_setopt($ch, CURLOPT_POST, true);
curl_setopt($ch, CURLOPT_HTTPHEADER, ["Content-Type: application/json"]);
curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode([
    "rows" => [
        ["kind" => "counter", "label" => "Viewers", "value" => 1247],
        ["kind" => "status", "label" => "Stream", "state" => "ok", "text" => "live"],
    ],
]));
curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
curl_exec($ch);
curl_close($ch);
