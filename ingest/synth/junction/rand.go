package junction

// Rand is a small seeded generator (splitmix64): the same numbers for the same seed in every release.
type Rand struct{ state uint64 }

// NewRand returns a generator for a seed and a purpose; different purposes give unrelated numbers.
func NewRand(seed, purpose uint64) *Rand {
	r := &Rand{seed*0x9E3779B97F4A7C15 ^ Hash(purpose)}
	r.Uint64()
	return r
}

// Uint64 returns the next 64 random bits.
func (r *Rand) Uint64() uint64 {
	r.state += 0x9E3779B97F4A7C15
	return Hash(r.state)
}

// Float returns a number in [0, 1).
func (r *Rand) Float() float64 { return float64(float64(r.Uint64()>>11) / (1 << 53)) }

// Range returns a number in [lo, hi).
func (r *Rand) Range(lo, hi float64) float64 { return float64(lo) + float64((hi-lo)*r.Float()) }

// Int returns a number in 0..n-1.
func (r *Rand) Int(n int) int { return int(r.Uint64() >> 33 % uint64(n)) }

// Normal returns a number with mean 0 and variance 1, the sum of twelve uniform ones: within ±6.
func (r *Rand) Normal() float64 {
	sum := -6.0
	for range 12 {
		sum += r.Float()
	}
	return sum
}

// Hash mixes the bits of x (the finaliser of splitmix64).
func Hash(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
