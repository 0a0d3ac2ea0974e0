// SPDX-License-Identifier: GPL-2.0

// A Go program whose threads are there before it has opened the device that it
// is given: 0 if all of them may ask for objects by id, 1 if not.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
)

const (
	threads = 8
	sysBPF  = 321    // x86-64
	getPerm = 0xbf01 // BPF_DEV_IOCTL_GET_PERM
	nextID  = 11     // BPF_PROG_GET_NEXT_ID
)

func open(path string) {
	dev, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, dev.Fd(), getPerm, 0)
	if errno != 0 {
		fmt.Println(path, errno)
		os.Exit(1)
	}
}

func main() {
	var started sync.WaitGroup
	opened := make(chan bool)
	refused := make(chan bool, threads)
	for i := 0; i < threads; i++ {
		started.Add(1)
		go func() {
			runtime.LockOSThread()
			started.Done()
			<-opened
			var attr [16]uint32
			_, _, err := syscall.Syscall(sysBPF, nextID,
				uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
			fmt.Println("thread", syscall.Gettid(), err)
			refused <- err == syscall.EPERM
		}()
	}
	started.Wait()
	if len(os.Args) > 1 {
		open(os.Args[1])
	}
	close(opened)
	status := 0
	for i := 0; i < threads; i++ {
		if <-refused {
			status = 1
		}
	}
	os.Exit(status)
}
