package config

import (
	"reflect"
	"testing"

	"vantage/media"
)

func TestDiff(t *testing.T) {
	const base = `
streams:
  gate: {source: {url: "rtsp://192.0.2.7/1"}, renditions: {hd: {size: 1280x720}, sd: {size: 640x360}}}
  yard: {source: {url: "rtsp://192.0.2.8/1"}}
`
	for name, tc := range map[string]struct {
		doc  string
		want Changes
	}{
		"the same file has no changes": {base, Changes{}},
		"an empty map is no map":       {base + "defaults: {renditions: {}}\n", Changes{}},
		"a new stream is added and a missing one removed": {
			"streams: {gate: {source: {url: 'rtsp://192.0.2.7/1'}, renditions: {hd: {size: 1280x720}, sd: {size: 640x360}}}, door: {}}",
			Changes{Added: []media.StreamID{"door"}, Removed: []media.StreamID{"yard"}},
		},
		"each part of a stream is told apart": {`
streams:
  gate: {source: {url: "rtsp://192.0.2.7/1"}, roi: {strength: 0.1}, renditions: {hd: {size: 640x360}, xs: {size: 320x180}}}
  yard: {source: {url: "rtsp://192.0.2.8/2"}}
`, Changes{Changed: []StreamChange{
			{ID: "gate", ROI: true, Renditions: []string{"hd", "sd", "xs"}},
			{ID: "yard", Source: true},
		}}},
		"defaults change the streams that inherit them": {"defaults: {source: {linger: 1m}}\n" + base, Changes{
			Live:    []string{"defaults.source.linger"},
			Changed: []StreamChange{{ID: "gate", Source: true}, {ID: "yard", Source: true}},
		}},
		"sections are live or need a restart": {
			"log: {level: debug}\nauth: {play: [{token: abcdefghij}]}\nhttp: {listen: ':8081'}\nworkers: {enabled: false}\n" + base,
			Changes{Live: []string{"auth.play", "log.level"}, Restart: []string{"http.listen", "workers.enabled"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			running, err := Parse([]byte(base))
			if err != nil {
				t.Fatal(err)
			}
			want, err := Parse([]byte(tc.doc))
			if err != nil {
				t.Fatal(err)
			}
			if got := Diff(running, want); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

func TestCloneSharesNothing(t *testing.T) {
	a, err := Parse([]byte("streams: {gate: {renditions: {hd: {}}}}\nauth: {play: [{token: abcdefghij, streams: [gate]}]}"))
	if err != nil {
		t.Fatal(err)
	}
	b := a.Clone()
	delete(b.Streams["gate"].Renditions, "hd")
	b.Auth.Play[0].Streams[0] = "yard"
	if len(a.Streams["gate"].Renditions) != 1 || a.Auth.Play[0].Streams[0] != "gate" {
		t.Error("a change of the copy reached the original")
	}
}
