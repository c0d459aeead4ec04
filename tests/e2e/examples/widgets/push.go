package main
import (
	"bytes"
	"encoding/json"
	"net/http"
)
func PushWidget(url string, rows []map[string]any) error {
	body, err := json.Marshal(map[string]any{"rows": rows})
	if err != nil {
		return err
	}
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp.Body.Close()
	return nil
}
