//go:build cgo && !nolibav

package libav

import (
	"reflect"
	"testing"

	"github.com/asticode/go-astiav"
)

// TestWrapperLayout holds go-astiav to what native.go assumes: the C pointer is the first field.
func TestWrapperLayout(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[astiav.CodecContext](), reflect.TypeFor[astiav.Codec](), reflect.TypeFor[astiav.Packet](),
		reflect.TypeFor[astiav.Stream](), reflect.TypeFor[astiav.CodecParameters](),
	} {
		f := typ.Field(0)
		if f.Name != "c" || f.Type.Kind() != reflect.Pointer || f.Offset != 0 {
			t.Errorf("%v begins with %s %v", typ, f.Name, f.Type)
		}
	}
}

// TestRegionRecord holds the record to the size that FFmpeg's readers step by.
func TestRegionRecord(t *testing.T) {
	if regionRecordBytes != 28 {
		t.Errorf("an AVRegionOfInterest has %d bytes, want 28", regionRecordBytes)
	}
}
