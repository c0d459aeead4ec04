package main
import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)
func main() {
	url := "https://chattr.example.com/servers/SERVER_ID/memberships/USER_ID"
	token := "YOUR_TOKEN"
	body, _ := json.Marshal(map[string]any{
		"nickname": "VIP Player",
		"roleIds": []int{7, 9},
	})
	req, _ := http.NewRequest("PATCH", url, bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println("Status:", resp.StatusCode)
}
