// Command authenticator answers, for each ID token on standard input, what a Kubernetes API server would.
//
// It is the API server's own code: the AuthenticationConfiguration is decoded, defaulted and validated as
// kube-apiserver does with --authentication-config, and each token goes through its OIDC authenticator, CEL
// expressions included. One token a line in, one JSON object a line out.
//
//	authenticator --config authentication.yaml [--legacy-rs256]
//
// --legacy-rs256 accepts RS256 alone, as the older --oidc-* flags do by default.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	"k8s.io/apiserver/pkg/apis/apiserver/validation"
	authenticationcel "k8s.io/apiserver/pkg/authentication/cel"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
)

type answer struct {
	Authenticated bool                `json:"authenticated"`
	User          string              `json:"user,omitempty"`
	Groups        []string            `json:"groups,omitempty"`
	Extra         map[string][]string `json:"extra,omitempty"`
	Error         string              `json:"error,omitempty"`
}

func main() {
	config := flag.String("config", "", "AuthenticationConfiguration file")
	legacy := flag.Bool("legacy-rs256", false, "accept RS256 alone")
	flag.Parse()
	if err := run(context.Background(), *config, *legacy); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string, legacy bool) error {
	configuration, err := load(path)
	if err != nil {
		return err
	}
	authenticator, err := start(ctx, configuration.JWT[0], legacy)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	output := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := output.Encode(ask(ctx, authenticator, lines.Text())); err != nil {
			return err
		}
	}
	return lines.Err()
}

func load(path string) (*apiserver.AuthenticationConfiguration, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	install.Install(scheme)
	codecs := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	object, err := runtime.Decode(codecs.UniversalDecoder(), data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	configuration, ok := object.(*apiserver.AuthenticationConfiguration)
	if !ok {
		return nil, fmt.Errorf("%s: a %T, not an AuthenticationConfiguration", path, object)
	}
	problems := validation.ValidateAuthenticationConfiguration(authenticationcel.NewDefaultCompiler(), configuration, nil)
	if err := problems.ToAggregate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(configuration.JWT) != 1 {
		return nil, errors.New("one JWT authenticator is expected")
	}
	return configuration, nil
}

// start returns once the authenticator has read the issuer's discovery document and keys.
func start(ctx context.Context, jwt apiserver.JWTAuthenticator, legacy bool) (oidc.AuthenticatorTokenWithHealthCheck, error) {
	ca, err := dynamiccertificates.NewStaticCAContent("issuer", []byte(jwt.Issuer.CertificateAuthority))
	if err != nil {
		return nil, err
	}
	algorithms := oidc.AllValidSigningAlgorithms()
	if legacy {
		algorithms = []string{"RS256"}
	}
	authenticator, err := oidc.New(ctx, oidc.Options{
		JWTAuthenticator:     jwt,
		CAContentProvider:    ca,
		SupportedSigningAlgs: algorithms,
	})
	if err != nil {
		return nil, err
	}
	ready := func(context.Context) (bool, error) { return authenticator.HealthCheck() == nil, nil }
	if err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, 30*time.Second, true, ready); err != nil {
		return nil, fmt.Errorf("the issuer cannot be read: %w", authenticator.HealthCheck())
	}
	return authenticator, nil
}

func ask(ctx context.Context, authenticator oidc.AuthenticatorTokenWithHealthCheck, token string) answer {
	response, ok, err := authenticator.AuthenticateToken(ctx, token)
	if err != nil {
		return answer{Error: err.Error()}
	}
	if !ok {
		return answer{Error: "the token is not for this authenticator"}
	}
	return answer{
		Authenticated: true,
		User:          response.User.GetName(),
		Groups:        response.User.GetGroups(),
		Extra:         response.User.GetExtra(),
	}
}

func init() {
	// Its background errors (an issuer that is not up yet) belong to the answers, not to this program's log.
	utilruntime.ErrorHandlers = nil
}
