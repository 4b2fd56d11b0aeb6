// Stands for election on a Lease with client-go's own elector, and tells in lines of JSON when it
// leads, with the time of the one monotonic clock of the machine.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
	"unsafe"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

type report struct {
	// leads, or ended.
	Kind string `json:"kind"`
	AtUs int64  `json:"atUs"`
}

// An elector tells each time once that it leads, and that it ends.
type elector struct {
	lock  sync.Mutex
	leads bool
}

func (elector *elector) tell(leads bool) {
	elector.lock.Lock()
	defer elector.lock.Unlock()
	if elector.leads == leads {
		return
	}
	elector.leads = leads
	kind := "ended"
	if leads {
		kind = "leads"
	}
	_ = json.NewEncoder(os.Stdout).Encode(report{kind, monotonicUs()})
}

func monotonicUs() int64 {
	var now syscall.Timespec
	const monotonic = 1
	_, _, failure := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&now)), 0)
	if failure != 0 {
		panic(failure)
	}
	return now.Nano() / 1000
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "of the cluster")
	namespace := flag.String("namespace", "", "of the Lease")
	lease := flag.String("lease", "", "name")
	identity := flag.String("identity", "", "of this elector")
	duration := flag.Duration("lease-duration", 5*time.Second, "how long others wait")
	deadline := flag.Duration("renew-deadline", 3*time.Second, "how long it goes on without a renewal")
	retry := flag.Duration("retry-period", 500*time.Millisecond, "between tries")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	fail(err)
	client, err := kubernetes.NewForConfig(config)
	fail(err)
	var self elector
	running, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() {
		<-signals
		// Before client-go gives the Lease back: it says so only afterwards.
		self.tell(false)
		stop()
	}()

	for running.Err() == nil {
		leaderelection.RunOrDie(running, leaderelection.LeaderElectionConfig{
			Lock: &resourcelock.LeaseLock{
				LeaseMeta:  metav1.ObjectMeta{Namespace: *namespace, Name: *lease},
				Client:     client.CoordinationV1(),
				LockConfig: resourcelock.ResourceLockConfig{Identity: *identity},
			},
			LeaseDuration:   *duration,
			RenewDeadline:   *deadline,
			RetryPeriod:     *retry,
			ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { self.tell(true) },
				OnStoppedLeading: func() { self.tell(false) },
			},
		})
	}
}

func fail(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
