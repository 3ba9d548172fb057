package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

//go:generate go test -run ^TestDocs$ . -update

// commands are the subcommands, in the order of the help.
type commands struct {
	Serve     serveCmd     `cmd:"" help:"Run the server."`
	Demo      demoCmd      `cmd:"" help:"Show what it does with sample cameras."`
	Transcode transcodeCmd `cmd:"" help:"Run a file through the live path, every picture kept."`
	Config    configCmd    `cmd:"" help:"Check, print or describe the configuration."`
	Stream    streamCmd    `cmd:"" help:"Look at sources, and at the streams of a running server."`
	Doctor    doctorCmd    `cmd:"" help:"Examine this machine: encoders, ports, clock."`
	Discover  discoverCmd  `cmd:"" help:"Find cameras on the local network."`
	ROI       roiCmd       `cmd:"" name:"roi" help:"Look at clips with the detectors and measure what regions save."`
	Reload    reloadCmd    `cmd:"" help:"Make a running server apply its changed configuration file."`
	Version   versionCmd   `cmd:"" help:"Say what this is."`
	Worker    workerCmd    `cmd:"" hidden:""`

	ProbeEncoder probeEncoderCmd `cmd:"" hidden:""`
}

func main() { os.Exit(run(os.Args[1:])) }

// newCommandLine returns the parser that fills c.
func newCommandLine(c *commands, out, err io.Writer, more ...kong.Option) (*kong.Kong, error) {
	return kong.New(c, append([]kong.Option{
		kong.Name("vantage"), kong.Description("Edge media server: cameras in, browsers out, with the bits where people look."),
		kong.Writers(out, err), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	}, more...)...)
}

// run executes a command line and returns the exit status.
func run(args []string) int {
	ui := &terminal{out: os.Stdout, err: os.Stderr}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	var c commands
	parser, err := newCommandLine(&c, os.Stdout, os.Stderr)
	if err != nil {
		panic("vantage: the commands are malformed: " + err.Error())
	}
	command, err := parser.Parse(args)
	if err != nil {
		return ui.fail(usage(err, args))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(ui); err != nil {
		return ui.fail(err)
	}
	return exitDone
}
