package main

import (
	"net/http"
	"sort"
	"sync"
)

// seenRequests remembers how a client asked and what kind of answer it got.
type seenRequests struct {
	mutex   sync.Mutex
	types   map[string]int
	queries []string
}

func (s *seenRequests) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err != nil {
			return response, err
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if s.types == nil {
			s.types = map[string]int{}
		}
		s.types[response.Header.Get("Content-Type")]++
		s.queries = append(s.queries, request.URL.RawQuery)
		return response, err
	})
}

// contentTypes are those of all answers so far.
func (s *seenRequests) contentTypes() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	names := []string{}
	for name := range s.types {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// countQueries tells how many queries satisfy the condition.
func (s *seenRequests) countQueries(condition func(query string) bool) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	count := 0
	for _, query := range s.queries {
		if condition(query) {
			count++
		}
	}
	return count
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
