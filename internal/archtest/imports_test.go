package archtest

import (
	"slices"
	"strings"
	"testing"
)

// rule says what the packages of a subtree may import of ours. The longest subtree that holds a package has its rule.
type rule struct {
	subtree string
	allowed []string // packages; "media/..." is a subtree
	reason  string
}

// Sets that many rules share.
var (
	kernel   = []string{"media/..."}
	remedies = []string{"internal/hint", "internal/redact"}
	webrtc   = []string{"internal/rtc", "internal/httpx"}
)

// rules is the map. What a package below its parent may import is always: the parent, its own children, and what is
// listed; never a sister.
var rules = []rule{
	{"media", nil, "every package speaks the kernel's types, so whatever the kernel imported, everything would depend on"},
	{"media/mediatest", kernel, "helpers of media tests know the kernel alone, so that any package's tests can use them"},
	{"ingest", slices.Concat(kernel, remedies), "a source makes units of what comes in; who watches, and what is made of it, is not its business"},
	{"ingest/whip", slices.Concat(kernel, remedies, webrtc), "WHIP is WebRTC and HTTP; both are set up in one place each"},
	{"roi", slices.Concat(kernel, remedies), "a detector sees pictures and says where they matter; it must run beside any encoder, or in a process without one"},
	{"transcode", slices.Concat(kernel, remedies), "an encoder takes pictures with regions from anybody; it meets no detector and no viewer"},
	{"transcode/transcodetest", slices.Concat(kernel, remedies), "a conformance suite is for every backend, so it knows none"},
	{"stream", slices.Concat(kernel, remedies, webrtc), "viewers watch hubs; who fills those is told to them by an interface"},

	{"internal/hint", nil, "anybody may give an error a remedy, so this imports nothing"},
	{"internal/redact", remedies, "secrets are masked at the lowest level"},
	{"internal/httpx", remedies, "HTTP manners are for every handler, so they know none of them"},
	{"internal/obs", remedies, "what observes everything must depend on nothing"},
	{"internal/rtc", slices.Concat(kernel, remedies, []string{"internal/httpx"}), "the one place that sets up pion serves ingest/whip and stream alike"},
	{"internal/pipeline", slices.Concat(kernel, remedies, []string{"roi/...", "transcode/..."}), "the graph of one stream: decode, detect, encode; it runs in the worker and offline, where nothing else is"},
	{"internal/worker", slices.Concat(kernel, remedies, []string{"internal/pipeline", "roi/...", "transcode/..."}), "the process boundary around the pipeline carries what that speaks"},
	{"internal/config", slices.Concat(kernel, remedies, []string{"ingest", "roi", "transcode", "internal/rtc", "internal/httpx"}), "one Config is composed of the packages' own"},
	{"internal/store", slices.Concat(kernel, remedies), "what is saved is a document; what it means is for others"},
	{"internal/api", slices.Concat(kernel, remedies, []string{"ingest", "ingest/probe", "transcode", "internal/config", "internal/httpx"}), "the API is types and small interfaces; the server behind it is somebody else"},
	{"internal/api/client", slices.Concat(remedies, []string{"internal/config", "internal/httpx"}), "a client speaks HTTP and the API's types, as any other would"},
	{"internal/doctor", slices.Concat(kernel, remedies, []string{"transcode", "internal/api", "internal/config"}), "it examines the machine; what needs FFmpeg is handed to it"},
	{"internal/offline", slices.Concat(kernel, remedies, []string{"internal/pipeline", "roi/...", "transcode/..."}), "files go through the pipeline of live streams; there is no server about"},
	{"internal/archtest", nil, "a test of the tree imports none of it"},
	{"web", slices.Concat(remedies, []string{"internal/httpx"}), "the console is files and a handler; it speaks to the server as any client does"},

	{"internal/demo", []string{"..."}, "the demo is a user of everything"},
	{"internal/app", []string{"..."}, "the composition root is where packages meet"},
	{"cmd", []string{"..."}, "commands wire whatever they need"},
	{"test", []string{"..."}, "tests that span packages"},
}

// features are siblings: none may import another, whatever else its rule allows.
var features = []string{"ingest", "roi", "transcode", "stream", "gaming", "v2x", "steering"}

// nobody imports these but main packages and tests.
var roots = []string{"internal/app", "cmd", "test", "internal/demo"}

func TestImports(t *testing.T) {
	for _, f := range tree(t) {
		if f.isTest() || strings.HasPrefix(f.text, "//go:build pins\n") {
			continue
		}
		r, ok := ruleFor(f.pkg)
		if !ok {
			t.Errorf("%s: package %s is not on the map: give it a rule in internal/archtest with its reason", f.name, f.pkg)
			continue
		}
		for _, p := range f.imports {
			target, ours := strings.CutPrefix(p, module+"/")
			if !ours {
				continue
			}
			if why := forbidden(f.pkg, target, r); why != "" {
				t.Errorf("%s imports %s: %s", f.name, target, why)
			}
		}
	}
}

func ruleFor(pkg string) (rule, bool) {
	var best rule
	for _, r := range rules {
		if within(pkg, r.subtree) && len(r.subtree) > len(best.subtree) {
			best = r
		}
	}
	return best, best.subtree != ""
}

// forbidden returns why pkg may not import target, or "".
func forbidden(pkg, target string, r rule) string {
	if within(target, pkg) || within(pkg, target) {
		return "" // its child, or the package that it is below
	}
	for _, root := range roots {
		if within(target, root) && !slices.ContainsFunc(roots, func(s string) bool { return within(pkg, s) }) {
			return "nothing imports what puts everything together"
		}
	}
	for _, feature := range features {
		if !within(pkg, feature) {
			continue
		}
		for _, other := range features {
			if other != feature && within(target, other) {
				return "features are siblings: declare the interface you need where you use it, and internal/app supplies it"
			}
		}
		if within(target, feature) {
			return "sister packages hold one backend or format each and never import each other"
		}
	}
	for _, a := range r.allowed {
		if subtree, ok := strings.CutSuffix(a, "..."); ok && within(target, strings.TrimSuffix(subtree, "/")) || a == target {
			return ""
		}
	}
	return r.reason
}

// within reports whether pkg is the package or below it; everything is below "".
func within(pkg, subtree string) bool {
	return subtree == "" || pkg == subtree || strings.HasPrefix(pkg, subtree+"/")
}

// exclusive are foreign packages that only some of ours may import.
var exclusive = []struct {
	prefix string
	ours   []string
	reason string
}{
	{"C", []string{"transcode/libav", "roi/onnx", "gaming/capture"}, "the rest of the tree builds with CGO_ENABLED=0"},
	{"github.com/asticode/go-astiav", []string{"transcode/libav"}, "FFmpeg is behind one package, whose death is planned for"},
	{"github.com/goccy/go-yaml", []string{"internal/config"}, "one reader of YAML, so that all of it is strict and has lines"},
	{"github.com/danielgtaylor/huma", []string{"internal/api"}, "one description of the API"},
	{"github.com/alecthomas/kong", []string{"cmd"}, "flags are for commands"},
	{"github.com/prometheus/client_golang/prometheus/promauto", nil, "it registers globally; take a Registerer"},
	{"log", nil, "the global logger knows neither level nor stream; take a *slog.Logger"},
	{"expvar", nil, "it registers globally"},
	{"testing", []string{"media/mediatest", "transcode/transcodetest", "ingest/ingesttest", "roi/roitest", "test"}, "test helpers are packages named *test"},
}

func TestForeignImports(t *testing.T) {
	for _, f := range tree(t) {
		if f.isTest() || strings.HasPrefix(f.text, "//go:build pins\n") {
			continue
		}
		for _, p := range f.imports {
			for _, e := range exclusive {
				if p != e.prefix && !strings.HasPrefix(p, e.prefix+"/") || e.prefix == "log" && p != "log" || e.prefix == "testing" && p != "testing" {
					continue
				}
				if !slices.ContainsFunc(e.ours, func(s string) bool { return within(f.pkg, s) }) {
					t.Errorf("%s imports %s: %s", f.name, p, e.reason)
				}
			}
		}
	}
}

func TestKernelImportsOnlyTheStandardLibrary(t *testing.T) {
	for _, f := range tree(t) {
		if f.pkg != "media" || f.isTest() {
			continue
		}
		for _, p := range f.imports {
			if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ".") {
				t.Errorf("%s imports %s: %s", f.name, p, rules[0].reason)
			}
		}
	}
}

// TestTheRulesCatchWhatTheyShould breaks rules on purpose.
func TestTheRulesCatchWhatTheyShould(t *testing.T) {
	for _, tc := range []struct {
		pkg, target string
		caught      bool
	}{
		{"media", "internal/hint", true},
		{"media/bitstream", "media", false},
		{"ingest", "media", false},
		{"ingest/rtsp", "stream", true},
		{"ingest/rtsp", "ingest", false},
		{"ingest/rtsp", "ingest/whip", true},
		{"ingest/rtsp", "internal/rtc", true},
		{"ingest/whip", "internal/rtc", false},
		{"ingest/synth", "ingest/synth/stamp", false},
		{"roi/motion", "transcode", true},
		{"roi/motion", "roi/spectral", true},
		{"stream", "transcode", true},
		{"stream", "internal/app", true},
		{"internal/api", "internal/app", true},
		{"internal/app", "stream", false},
		{"internal/config", "roi/motion", true},
		{"cmd/vantage", "internal/app", false},
	} {
		r, ok := ruleFor(tc.pkg)
		if why := forbidden(tc.pkg, tc.target, r); !ok || (why != "") != tc.caught {
			t.Errorf("%s imports %s: got %q, want caught %v", tc.pkg, tc.target, why, tc.caught)
		}
	}
}
