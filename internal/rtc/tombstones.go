package rtc

import "vantage/media"

// tombstones remember why the last maxTombstones sessions ended, so that a player that asks can be told. The zero value is
// ready.
type tombstones struct {
	reasons map[media.SessionID]error
	order   []media.SessionID // a ring
	next    int
}

func (t *tombstones) add(id media.SessionID, reason error) {
	if t.reasons == nil {
		t.reasons = make(map[media.SessionID]error)
	}
	if len(t.order) < maxTombstones {
		t.order = append(t.order, id)
	} else {
		delete(t.reasons, t.order[t.next])
		t.order[t.next] = id
		t.next = (t.next + 1) % maxTombstones
	}
	t.reasons[id] = reason
}

func (t *tombstones) find(id media.SessionID) (error, bool) { //nolint:revive // the error is the value
	reason, ok := t.reasons[id]
	return reason, ok
}
