// The documented example is a function; this calls it.
package main

func main() {
	rows := []map[string]any{{"kind": "counter", "label": "Online users", "value": 42}}
	if err := PushWidget("https://chattr.example.com/widgets/APP_ID/WIDGET_TOKEN", rows); err != nil {
		panic(err)
	}
}
