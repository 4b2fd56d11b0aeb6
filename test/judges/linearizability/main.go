// Reads histories of a lock, one a line, and says of each whether a fenced mutex could have behaved
// like that. With --page it also draws the first that could not, or else the last, as a page of HTML.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

// Checking one history takes milliseconds; one that takes longer has gone astray.
const timeout = 60 * time.Second

const mostBytesOfAHistory = 64 << 20

type verdict struct {
	Name string `json:"name"`
	// Ok, Illegal or Unknown.
	Verdict    string `json:"verdict"`
	Operations int    `json:"operations"`
}

func main() {
	page := flag.String("page", "", "where to write the page")
	flag.Parse()
	if err := judge(*page); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func judge(page string) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, mostBytesOfAHistory)
	verdicts := json.NewEncoder(os.Stdout)
	var shown func() error
	isFailure := false
	for lines.Scan() {
		history, err := readHistory(lines.Bytes())
		if err != nil {
			return err
		}
		model := fencedMutex(history.Excludes)
		processes := numbered(history)
		result, info := porcupine.CheckOperationsVerbose(model, operationsOf(history, processes), timeout)
		err = verdicts.Encode(verdict{history.Name, string(result), len(history.Operations)})
		if err != nil {
			return err
		}
		if !isFailure {
			info.AddAnnotations(annotationsOf(history, processes))
			shown = func() error { return porcupine.VisualizePath(model, info, page) }
			isFailure = result != porcupine.Ok
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if page == "" || shown == nil {
		return nil
	}
	return shown()
}

// Lines of the page, from the top.
func numbered(history History) map[string]int {
	processes := map[string]int{}
	for _, operation := range history.Operations {
		if _, known := processes[operation.Process]; !known {
			processes[operation.Process] = len(processes)
		}
	}
	return processes
}

func operationsOf(history History, processes map[string]int) []porcupine.Operation {
	operations := make([]porcupine.Operation, 0, len(history.Operations))
	for _, operation := range history.Operations {
		operations = append(operations, porcupine.Operation{
			ClientId: processes[operation.Process],
			Input:    operation,
			Call:     operation.CallUs,
			Return:   operation.returnUs(),
			Metadata: fmt.Sprintf("%s, hold %s", operation.Process, operation.Hold),
		})
	}
	return operations
}

func annotationsOf(history History, processes map[string]int) []porcupine.Annotation {
	annotations := make([]porcupine.Annotation, 0, len(history.Notes))
	for _, note := range history.Notes {
		annotation := porcupine.Annotation{
			Start:       note.AtUs,
			Description: note.What,
			Details:     fmt.Sprintf("%s, %.3f s", note.Who, float64(note.AtUs)/1e6),
		}
		// What a process did itself stands on its line, all else on one of its own.
		if process, known := processes[note.Who]; known {
			annotation.ClientId = process
		} else {
			annotation.Tag = note.Who
		}
		annotations = append(annotations, annotation)
	}
	return annotations
}
