package main

import (
	"encoding/json"
	"fmt"
	"math"
)

// A History is what the processes that share a lock did and saw, on one clock.
type History struct {
	Name string `json:"name"`
	// Whether holders exclude each other; if not, somebody took a hold away by force, and only
	// tokens keep them apart.
	Excludes   bool        `json:"excludes"`
	Operations []Operation `json:"operations"`
	Notes      []Note      `json:"notes"`
}

// Kinds of operations.
const (
	// Acquire is the call that gave a hold, and its token.
	Acquire = "acquire"
	// End is the moment in which a holder stops to believe that it holds: it begins then, and takes
	// effect some time after.
	End = "end"
	// Write is one that carries the token to what the lock protects.
	Write = "write"
)

// An Operation is one step of a process. Times are microseconds.
type Operation struct {
	Kind    string `json:"kind"`
	Process string `json:"process"`
	// The one lock, or the slot of a semaphore, that it is about.
	Slot   string `json:"slot"`
	Hold   string `json:"hold"`
	Token  int64  `json:"token"`
	CallUs int64  `json:"callUs"`
	// Missing if nobody knows when, or whether, it took effect.
	ReturnUs *int64 `json:"returnUs"`
	// Of a write, whether what the lock protects took it.
	Accepted bool `json:"accepted"`
	// Of an acquisition, the largest token that is smaller.
	before int64
}

// A Note is something else that happened, for whoever looks at the page.
type Note struct {
	Who  string `json:"who"`
	What string `json:"what"`
	AtUs int64  `json:"atUs"`
}

func (operation Operation) returnUs() int64 {
	if operation.ReturnUs == nil {
		return math.MaxInt64
	}
	return *operation.ReturnUs
}

func readHistory(line []byte) (History, error) {
	var history History
	if err := json.Unmarshal(line, &history); err != nil {
		return history, fmt.Errorf("a history cannot be read: %w", err)
	}
	for _, operation := range history.Operations {
		switch operation.Kind {
		case Acquire, End, Write:
		default:
			return history, fmt.Errorf("history %s: no operation is called %q", history.Name, operation.Kind)
		}
	}
	knowOrder(history.Operations)
	return history, nil
}
