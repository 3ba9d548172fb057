// Package webrtc holds tests that span WHIP and WHEP: what a publisher sends is what a viewer gets.
package webrtc
