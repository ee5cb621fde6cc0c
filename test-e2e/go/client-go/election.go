package main

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// electLeaders lets two candidates run for one Lease; the second leads when the first lets go.
func electLeaders(ctx context.Context, c *cluster) (report, error) {
	leads := make(chan string, 2)
	ended := make(chan string, 2)
	candidate := func(ctx context.Context, identity string) {
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, c.namespace, "election",
			c.client.CoreV1(), c.client.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: identity})
		if err != nil {
			panic(err)
		}
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock:            lock,
			LeaseDuration:   15 * time.Second,
			RenewDeadline:   10 * time.Second,
			RetryPeriod:     200 * time.Millisecond,
			ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { leads <- identity },
				OnStoppedLeading: func() { ended <- identity },
			},
		})
	}
	firstCtx, stopFirst := context.WithCancel(ctx)
	defer stopFirst()
	secondCtx, stopSecond := context.WithCancel(ctx)
	defer stopSecond()
	leaders := []string{}
	next := func(from chan string) error {
		select {
		case who := <-from:
			leaders = append(leaders, who)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	go candidate(firstCtx, "first")
	if err := next(leads); err != nil {
		return nil, err
	}
	go candidate(secondCtx, "second")
	stopFirst()
	if err := next(ended); err != nil {
		return nil, err
	}
	released := time.Now()
	if err := next(leads); err != nil {
		return nil, err
	}
	lease, err := c.client.CoordinationV1().Leases(c.namespace).Get(ctx, "election", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	return report{
		"leaders":     leaders,
		"holder":      *lease.Spec.HolderIdentity,
		"transitions": *lease.Spec.LeaseTransitions,
		"tookOverMs":  time.Since(released).Milliseconds(),
	}, nil
}
