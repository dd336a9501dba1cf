package download

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// session gives a test an LM Studio of its own on the server that `modeldock exec` started. A test that passes fails for
// what its client did that would hurt with a real LM Studio.
func session(t *testing.T) string {
	t.Helper()
	server := os.Getenv("MODELDOCK_URL")
	if server == "" {
		t.Skip("MODELDOCK_URL is not set: run modeldock exec -- go test ./...")
	}
	url := server + "/s/" + strings.NewReplacer("/", "-", " ", "-").Replace(t.Name())
	// Simulated time: the ten seconds of simulate/steady take a tenth of a second.
	control(t, url, http.MethodPut, "/clock", `{"mode": "running", "speed": 100}`)
	t.Cleanup(func() {
		var findings []struct {
			ID     string `json:"id"`
			Title  string `json:"title"`
			Judged any    `json:"judged"`
		}
		if err := json.Unmarshal(control(t, url, http.MethodGet, "/findings", ""), &findings); err != nil {
			t.Fatal(err)
		}
		for _, finding := range findings {
			if finding.Judged == true {
				t.Errorf("%s [%s]", finding.Title, finding.ID)
			}
		}
	})
	return url
}

func control(t *testing.T, url, method, path, body string) []byte {
	t.Helper()
	request, err := http.NewRequest(method, url+"/__modeldock"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 400 {
		t.Fatalf("%s %s: %s %s", method, path, answer.Status, text)
	}
	return text
}

func TestDownloads(t *testing.T) {
	for model, want := range map[string]string{
		"simulate/steady":             "completed",
		"simulate/fails-at-50":        "failed",
		"simulate/already-downloaded": "already_downloaded",
	} {
		model, want := model, want
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			got, err := Model(session(t), model, 10*time.Millisecond)
			if err != nil || got != want {
				t.Errorf("Model(%q) = %q, %v, want %q", model, got, err, want)
			}
		})
	}
}
