package eval_test

import (
	"image"
	"slices"
	"strings"
	"testing"

	"vantage/internal/hint"
	"vantage/roi/eval"
)

const cvml = `<?xml version="1.0" encoding="utf-8"?>
<dataset>
   <frame number="0"><objectlist>
      <object id="9"><box h="75.17" w="31.03" xc="514.7109" yc="195.2731"/></object>
      <object id="15"><box h="88.7021" w="32.9129" xc="274.4912" yc="262.9999"/></object>
   </objectlist></frame>
   <frame number="2"><objectlist><object id="9"><box h="10" w="20" xc="30" yc="40"/></object></objectlist></frame>
</dataset>`

const mot = "1,-1,10,20,30,40,1,-1,-1,-1\n1,2,50.4,60.6,5,5,0.9,1,2,3\n3,2,1,2,3,4\n3,9,1,1,9,9,0,-1,-1,-1\n"

func TestTruthFormats(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		len   int
		frame int
		want  []image.Rectangle
	}{
		"CVML counts frames from 0":               {cvml, 3, 0, []image.Rectangle{image.Rect(499, 158, 530, 233), image.Rect(258, 219, 291, 307)}},
		"CVML frames may be missing":              {cvml, 3, 1, nil},
		"a byte order mark is skipped":            {"\xef\xbb\xbf" + cvml, 3, 2, []image.Rectangle{image.Rect(20, 35, 40, 45)}},
		"MOT counts frames from 1":                {mot, 3, 0, []image.Rectangle{image.Rect(10, 20, 40, 60), image.Rect(50, 61, 55, 66)}},
		"MOT ignores what has no confidence":      {mot, 3, 2, []image.Rectangle{image.Rect(1, 2, 4, 6)}},
		"MOT may have blanks between its fields":  {" 1 1 0 0 4 4\n", 1, 0, []image.Rectangle{image.Rect(0, 0, 4, 4)}},
		"MOT may have lines that end as DOS does": {"1,1,0,0,4,4\r\n\r\n", 1, 0, []image.Rectangle{image.Rect(0, 0, 4, 4)}},
	} {
		t.Run(name, func(t *testing.T) {
			tr, err := eval.ReadTruth(strings.NewReader(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if tr.Len() != c.len {
				t.Errorf("%d boxes, want %d", tr.Len(), c.len)
			}
			if got := tr.Boxes(c.frame); !slices.Equal(got, c.want) {
				t.Errorf("boxes %v, want %v", got, c.want)
			}
		})
	}
}

func TestBadTruthIsToldWithARemedy(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an empty file":                 {"", "no boxes"},
		"XML without boxes":             {"<dataset/>", "no boxes"},
		"XML that ends early":           {"<dataset><frame number='1'>", "EOF"},
		"a box before any frame":        {"<dataset><box h='1' w='1' xc='1' yc='1'/></dataset>", "frame -1"},
		"a box without width":           {"<dataset><frame number='1'><box h='1' xc='1' yc='1'/></frame></dataset>", "without w"},
		"a box that is no number":       {"<dataset><frame number='1'><box h='x' w='1' xc='1' yc='1'/></frame></dataset>", "not a number"},
		"a box of NaN":                  {"<dataset><frame number='1'><box h='NaN' w='1' xc='1' yc='1'/></frame></dataset>", "not a number"},
		"a box of no size":              {"1,1,0,0,0,4", "line 1: a box of 0"},
		"a box on the moon":             {"1,1,1e12,0,4,4", "far outside"},
		"a line of too few fields":      {"1,1,0,0,4,4\n1,2,3", "line 2: 3 fields"},
		"a frame before the first":      {"0,1,0,0,4,4", "frame -1 is out of range"},
		"a frame of too high a number":  {"99999999,1,0,0,4,4", "out of range"},
		"text that is something else":   {"hello world this is not it at all", "not a number"},
		"a line longer than any should": {strings.Repeat("1", 100_000), "token too long"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := eval.ReadTruth(strings.NewReader(c.text))
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want %q in it", err, c.want)
			}
			if hint.Of(err) == "" {
				t.Error("no remedy")
			}
		})
	}
}

func FuzzReadTruth(f *testing.F) {
	f.Add(cvml)
	f.Add(mot)
	f.Add("<dataset><frame number='1e9'><box h='1' w='1' xc='-1e300' yc='1'/></frame></dataset>")
	f.Add("1 1 0 0 4 4 nan")
	f.Fuzz(func(t *testing.T, text string) {
		tr, err := eval.ReadTruth(strings.NewReader(text))
		if err != nil {
			if tr != nil {
				t.Fatal("truth beside an error")
			}
			return
		}
		if tr.Len() == 0 || tr.Len() > len(text) || tr.Pictures() > tr.Len() {
			t.Fatalf("%d boxes in %d pictures from %d bytes", tr.Len(), tr.Pictures(), len(text))
		}
	})
}
