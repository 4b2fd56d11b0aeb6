package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"
)

// The state of a fenced mutex: who has it, and the largest token that was given and written.
type mutex struct {
	holder  string
	granted int64
	written int64
}

// A fenced mutex gives growing tokens, to one holder after the other ended, and refuses a write with
// a smaller token than it has seen. Where holders do not exclude each other the first part is all
// that is left of a hold.
func fencedMutex(excludes bool) porcupine.Model {
	return porcupine.Model{
		Partition: bySlot,
		Init:      func() interface{} { return mutex{} },
		Step: func(state, input, _ interface{}) (bool, interface{}) {
			return step(state.(mutex), input.(Operation), excludes)
		},
		DescribeOperation: func(input, _ interface{}) string { return describe(input.(Operation)) },
		DescribeState: func(state interface{}) string {
			now := state.(mutex)
			return fmt.Sprintf("held by %q, token %d given, %d written", now.holder, now.granted, now.written)
		},
	}
}

func step(now mutex, operation Operation, excludes bool) (bool, mutex) {
	switch operation.Kind {
	case Acquire:
		// Whoever asks again for what it has gets the same.
		if now.holder == operation.Hold && now.granted == operation.Token {
			return true, now
		}
		if now.granted != operation.before || (excludes && now.holder != "") {
			return false, now
		}
		now.holder, now.granted = operation.Hold, operation.Token
	case End:
		if now.holder == operation.Hold {
			now.holder = ""
		} else if excludes {
			return false, now
		}
	case Write:
		if operation.Accepted != (operation.Token >= now.written) {
			return false, now
		}
		if operation.Accepted {
			now.written = operation.Token
		}
	}
	return true, now
}

func describe(operation Operation) string {
	switch {
	case operation.Kind == Acquire:
		return fmt.Sprintf("gets %s with %d", operation.Slot, operation.Token)
	case operation.Kind == End:
		return fmt.Sprintf("ends %d", operation.Token)
	case operation.Accepted:
		return fmt.Sprintf("writes with %d", operation.Token)
	default:
		return fmt.Sprintf("is refused with %d", operation.Token)
	}
}

// Tokens grow, so there is one order in which holds can have been given. To know it from the start
// spares the checker all others, of which there are more than it can try.
func knowOrder(operations []Operation) {
	places := map[string][]int{}
	for place, operation := range operations {
		if operation.Kind == Acquire {
			places[operation.Slot] = append(places[operation.Slot], place)
		}
	}
	for _, acquires := range places {
		slices.SortFunc(acquires, func(a, b int) int { return cmp.Compare(operations[a].Token, operations[b].Token) })
		var before, last int64
		for _, place := range acquires {
			if token := operations[place].Token; token != last {
				before, last = last, token
			}
			operations[place].before = before
		}
	}
}

func bySlot(history []porcupine.Operation) [][]porcupine.Operation {
	places := map[string]int{}
	var slots [][]porcupine.Operation
	for _, operation := range history {
		slot := operation.Input.(Operation).Slot
		place, known := places[slot]
		if !known {
			place = len(slots)
			places[slot] = place
			slots = append(slots, nil)
		}
		slots[place] = append(slots[place], operation)
	}
	return slots
}
