// Command cel-oracle says what kube-apiserver's CEL says of expressions: it reads one request as a line of JSON after the
// other, and answers each with a line. The test beside it compares the answers with those of pg8s.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apimachinery/pkg/util/version"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
	"k8s.io/apiserver/pkg/cel/openapi"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// variable has a type or a schema of OpenAPI, and a value in JSON.
type variable struct {
	Type   string          `json:"type"`
	Schema *spec.Schema    `json:"schema"`
	Value  json.RawMessage `json:"value"`
}

// request is an expression with the variables that it may use. Env is "kube" (the default), or "std" for cel-go with what
// pg8s has besides.
type request struct {
	Expr    string                       `json:"expr"`
	Vars    map[string]variable          `json:"vars"`
	Objects map[string]map[string]string `json:"objects"`
	Sizes   map[string][2]string         `json:"sizes"`
	Env     string                       `json:"env"`
	Limit   *uint64                      `json:"limit"`
}

// response has issues, or all that is known of an expression that compiles.
type response struct {
	Issues       string   `json:"issues,omitempty"`
	Type         string   `json:"type,omitempty"`
	Estimate     []string `json:"estimate,omitempty"`
	ProgramError string   `json:"programError,omitempty"`
	Value        string   `json:"value,omitempty"`
	Error        string   `json:"error,omitempty"`
	Cost         *uint64  `json:"cost,omitempty"`
}

// parseType reads list(string), map(string, dyn); other names are object types.
func parseType(s string) *types.Type {
	s = strings.TrimSpace(s)
	switch s {
	case "int":
		return types.IntType
	case "uint":
		return types.UintType
	case "double":
		return types.DoubleType
	case "string":
		return types.StringType
	case "bytes":
		return types.BytesType
	case "bool":
		return types.BoolType
	case "null":
		return types.NullType
	case "dyn":
		return types.DynType
	case "any":
		return types.AnyType
	case "timestamp":
		return types.TimestampType
	case "duration":
		return types.DurationType
	case "type":
		return types.TypeType
	case "net.IP":
		return apiservercel.IPType
	case "net.CIDR":
		return apiservercel.CIDRType
	case "kubernetes.Quantity":
		return apiservercel.QuantityType
	case "kubernetes.authorization.Authorizer":
		return library.AuthorizerType
	}
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		var args []*types.Type
		depth, start := 0, i+1
		for j := i + 1; j < len(s); j++ {
			switch s[j] {
			case '(':
				depth++
			case ')':
				if depth == 0 {
					args = append(args, parseType(s[start:j]))
				}
				depth--
			case ',':
				if depth == 0 {
					args = append(args, parseType(s[start:j]))
					start = j + 1
				}
			}
		}
		switch s[:i] {
		case "list":
			return types.NewListType(args[0])
		case "map":
			return types.NewMapType(args[0], args[1])
		case "optional", "optional_type":
			return types.NewOptionalType(args[0])
		case "wrapper":
			return types.NewNullableType(args[0])
		}
	}
	return types.NewObjectType(s)
}

// provider knows the object types of a request.
type provider struct {
	types.Provider
	objects map[string]map[string]*types.Type
}

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.objects[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if fields, ok := p.objects[name]; ok {
		if t, ok := fields[field]; ok {
			return &types.FieldType{Type: t}, true
		}
		return nil, false
	}
	return p.Provider.FindStructFieldType(name, field)
}
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	return nil, false
}

// sizes estimates by path.
type sizes struct{ byPath map[string][2]string }

func (s *sizes) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	if v, ok := s.byPath[strings.Join(n.Path(), ".")]; ok && len(n.Path()) > 0 {
		min, _ := strconv.ParseUint(v[0], 10, 64)
		max, _ := strconv.ParseUint(v[1], 10, 64)
		return &checker.SizeEstimate{Min: min, Max: max}
	}
	return nil
}
func (s *sizes) EstimateCallCost(function, overloadID string, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	return nil
}

// native makes of JSON what cel-go takes for variables; {"@uint": "5"} and the like stand for what JSON has not.
func native(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return i
		}
		f, _ := strconv.ParseFloat(string(v), 64)
		return f
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = native(v[i])
		}
		return out
	case map[string]any:
		if len(v) == 1 {
			for k, x := range v {
				s, _ := x.(string)
				switch k {
				case "@uint":
					u, _ := strconv.ParseUint(s, 10, 64)
					return u
				case "@int":
					u, _ := strconv.ParseInt(s, 10, 64)
					return u
				case "@double":
					f, _ := strconv.ParseFloat(s, 64)
					return f
				case "@bytes":
					b, _ := base64.StdEncoding.DecodeString(s)
					return b
				case "@timestamp":
					t, _ := time.Parse(time.RFC3339Nano, s)
					return t
				case "@duration":
					d, _ := time.ParseDuration(s)
					return d
				}
			}
		}
		out := map[string]any{}
		for k, x := range v {
			out[k] = native(x)
		}
		return out
	}
	return v
}

func decode(raw json.RawMessage) any {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil
	}
	return native(v)
}

// show writes a value as a CEL literal with the entries of maps sorted.
func show(v ref.Val) string {
	switch v := v.(type) {
	case types.Null:
		return "null"
	case types.Bool:
		return strconv.FormatBool(bool(v))
	case types.Int:
		return strconv.FormatInt(int64(v), 10)
	case types.Uint:
		return strconv.FormatUint(uint64(v), 10) + "u"
	case types.Double:
		f := float64(v)
		return "double(" + strconv.FormatFloat(f, 'g', -1, 64) + ")"
	case types.String:
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.Encode(string(v))
		return strings.TrimSpace(b.String())
	case types.Bytes:
		return "b:" + base64.StdEncoding.EncodeToString(v)
	case types.Timestamp:
		return "timestamp(" + v.Time.UTC().Format(time.RFC3339Nano) + ")"
	case types.Duration:
		return "duration(" + strconv.FormatInt(int64(v.Duration), 10) + ")"
	case *types.Optional:
		if v.HasValue() {
			return "optional(" + show(v.GetValue()) + ")"
		}
		return "optional.none()"
	case *types.Type:
		return "type(" + v.TypeName() + ")"
	case traits.Lister:
		var parts []string
		for it := v.Iterator(); it.HasNext() == types.True; {
			parts = append(parts, show(it.Next()))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case traits.Mapper:
		var parts []string
		for it := v.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			parts = append(parts, show(k)+": "+show(v.Get(k)))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprintf("%s(%v)", v.Type().TypeName(), v.Value())
}

func answer(r request) (out response) {
	defer func() {
		if p := recover(); p != nil {
			out.Error = fmt.Sprintf("PANIC %v", p)
		}
	}()
	var base *cel.Env
	var err error
	if r.Env == "std" {
		base, err = cel.NewEnv(cel.OptionalTypes(), ext.TwoVarComprehensions(), ext.Bindings(), cel.CrossTypeNumericComparisons(true), cel.EnableIdentifierEscapeSyntax(), cel.DefaultUTCTimeZone(true))
	} else {
		base = environment.MustBaseEnvSet(version.MajorMinor(1, 36)).StoredExpressionsEnv()
	}
	if err != nil {
		out.Issues = err.Error()
		return
	}
	var opts []cel.EnvOption
	objects := map[string]map[string]*types.Type{}
	for name, fields := range r.Objects {
		objects[name] = map[string]*types.Type{}
		for f, t := range fields {
			objects[name][f] = parseType(t)
		}
	}
	if len(objects) > 0 {
		opts = append(opts, cel.CustomTypeProvider(&provider{Provider: base.CELTypeProvider(), objects: objects}))
	}
	var decls []*apiservercel.DeclType
	input := map[string]any{}
	for name, v := range r.Vars {
		if v.Schema != nil {
			decl := openapi.SchemaDeclType(v.Schema, false)
			if decl == nil {
				out.Issues = "schema without declaration"
				return
			}
			decl = decl.MaybeAssignTypeName("type." + name)
			decls = append(decls, decl)
			opts = append(opts, cel.Variable(name, decl.CelType()))
			if v.Value != nil {
				input[name] = openapi.UnstructuredToVal(decode(v.Value), v.Schema)
			}
			continue
		}
		opts = append(opts, cel.Variable(name, parseType(v.Type)))
		if v.Value != nil {
			input[name] = decode(v.Value)
		}
	}
	if len(decls) > 0 {
		p := apiservercel.NewDeclTypeProvider(decls...)
		more, err := p.EnvOptions(base.CELTypeProvider())
		if err != nil {
			out.Issues = err.Error()
			return
		}
		opts = append(opts, more...)
	}
	env, err := base.Extend(opts...)
	if err != nil {
		out.Issues = "ENV " + err.Error()
		return
	}
	ast, issues := env.Compile(r.Expr)
	if issues != nil && issues.Err() != nil {
		out.Issues = issues.String()
		return
	}
	out.Type = ast.OutputType().String()
	var estimator checker.CostEstimator = &sizes{r.Sizes}
	if r.Env != "std" {
		estimator = &library.CostEstimator{SizeEstimator: estimator}
	}
	est, err := env.EstimateCost(ast, estimator, checker.PresenceTestHasCost(false))
	if err != nil {
		out.Error = err.Error()
		return
	}
	out.Estimate = []string{strconv.FormatUint(est.Min, 10), strconv.FormatUint(est.Max, 10)}
	var progOpts []cel.ProgramOption
	if r.Env == "std" {
		progOpts = append(progOpts, cel.EvalOptions(cel.OptOptimize, cel.OptTrackCost), cel.CostTrackerOptions(interpreter.PresenceTestHasCost(false)))
	}
	progOpts = append(progOpts, cel.InterruptCheckFrequency(100))
	if r.Limit != nil {
		progOpts = append(progOpts, cel.CostLimit(*r.Limit))
	}
	prog, err := env.Program(ast, progOpts...)
	if err != nil {
		out.ProgramError = err.Error()
		return
	}
	val, det, err := prog.Eval(input)
	if det != nil {
		out.Cost = det.ActualCost()
	}
	if err != nil {
		out.Error = err.Error()
		return
	}
	out.Value = show(val)
	return
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	w := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var r request
			if e := json.Unmarshal(line, &r); e != nil {
				enc.Encode(response{Issues: "REQUEST " + e.Error()})
			} else {
				enc.Encode(answer(r))
			}
			w.Flush()
		}
		if err != nil {
			return
		}
	}
}
