const WIDGET_URL = "https://chattr.example.com/widgets/APP_ID/WIDGET_TOKEN";
async function push(rows) {
  const res = await fetch(WIDGET_URL, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ rows }),
  });
  if (!res.ok) throw new Error("widget ingest failed: " + res.status);
}
// Called from your monitoring loop, e.g. every 30 seconds.
await push([
  { kind: "counter", label: "Online users", value: await countOnline() },
  { kind: "status", label: "Build", state: "warn", text: "queue depth 3" },
]);
