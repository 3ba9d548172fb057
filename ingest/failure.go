package ingest

// Coded is the optional ability of an error to name its kind for programs: "auth_required", "auth_wrong", "forbidden", "not_found",
// "busy", "certificate", "transport", "timeout", "no_media", "invalid".
type Coded interface{ Code() string }

// Explained is the optional ability of an error to say in plain words, for a person who adds a camera, what Error says for the log.
type Explained interface{ Explain() string }

// Certified is the optional ability of an error about a certificate to name it, so that it can be pinned.
type Certified interface {
	// Fingerprint is the SHA-256 of the certificate in hex.
	Fingerprint() string
}
