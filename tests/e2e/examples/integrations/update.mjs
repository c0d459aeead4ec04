const BASE = "https://chattr.example.com";
const TOKEN = "YOUR_TOKEN";
const SERVER = "SERVER_ID";
const USER = "USER_ID";
const res = await fetch(`${BASE}/servers/${SERVER}/memberships/${USER}`, {
  method: "PATCH",
  headers: {
    "Authorization": `Bearer ${TOKEN}`,
    "Content-Type": "application/json"
  },
  body: JSON.stringify({
    nickname: "VIP Player",
    roleIds: [7, 9],
    timedOutUntil: null // optional: ISO 8601 or null
  })
});
const data = await res.json();
console.log(data.membership);
