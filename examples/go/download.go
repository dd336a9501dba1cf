// Package download asks LM Studio for a model and watches its download.
package download

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

type job struct {
	ID     string `json:"job_id"`
	Status string `json:"status"`
}

// Model downloads a model and returns how that ended.
func Model(baseURL, model string, poll time.Duration) (string, error) {
	body, err := json.Marshal(map[string]string{"model": model})
	if err != nil {
		return "", err
	}
	address := baseURL + "/api/v1/models/download"
	current, err := read(http.Post(address, "application/json", bytes.NewReader(body)))
	for err == nil && (current.Status == "downloading" || current.Status == "paused") {
		time.Sleep(poll)
		current, err = read(http.Get(address + "/status/" + current.ID))
	}
	return current.Status, err
}

func read(answer *http.Response, err error) (job, error) {
	if err != nil {
		return job{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return job{}, fmt.Errorf("LM Studio answered %s", answer.Status)
	}
	var current job
	err = json.NewDecoder(answer.Body).Decode(&current)
	return current, err
}
