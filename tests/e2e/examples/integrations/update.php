$url = "https://chattr.example.com/servers/SERVER_ID/memberships/USER_ID";
$token = "YOUR_TOKEN";
$ch = curl_init($url);
curl_setopt($ch, CURLOPT_CUSTOMREQUEST, "PATCH");
curl_setopt($ch, CURLOPT_HTTPHEADER, [
    "Authorization: Bearer $token",
    "Content-Type: application/json"
]);
curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode([
    "nickname" => "VIP Player",
    "roleIds" => [7, 9],
    "timedOutUntil" => null // optional
]));
curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
$response = curl_exec($ch);
curl_close($ch);
$data = json_decode($response, true);
print_r($data["membership"]);
