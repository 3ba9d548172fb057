package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"vantage/internal/hint"
)

// checkListen reports an address that cannot be listened on.
func checkListen(field, addr string, mayBeOff bool) error {
	const remedy = `write HOST:PORT, such as "127.0.0.1:8080", or ":8080" for every address of the machine`
	if addr == "" {
		if mayBeOff {
			return nil
		}
		return hint.New(errors.New(field+": is empty"), remedy)
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return hint.New(fmt.Errorf("%s: %q is no address", field, addr), remedy)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return hint.New(fmt.Errorf("%s: %q has no port from 0 to 65535", field, addr), remedy)
	}
	return nil
}

// reachable reports whether other machines can connect to the address. A host name other than localhost counts as one
// that they can.
func reachable(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || host == "localhost" {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || !ip.Unmap().IsLoopback()
}

// clash reports whether two TCP listeners cannot both exist.
func clash(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	return hostA == hostB || isWildcard(hostA) || isWildcard(hostB)
}

func isWildcard(host string) bool { return host == "" || host == "0.0.0.0" || host == "::" }
