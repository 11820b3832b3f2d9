/* tests/signer/test_signer.c - what the signer signs, for whom, and what ends the asker's link. */
#include "crypto/naive_tree.h"
#include "crypto/scratch.h"

#include "base/log.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "crypto/jws.h"
#include "crypto/xmldsig.h"
#include "signer/log_note.h"
#include "signer/signer.h"
#include "signer/vapid.h"
#include "signer/wire.h"

static struct scratch dir;
static struct signer *signer;

static void
make_key(const char *name, enum key_use use, enum key_type type)
{
	struct new_key k = { .name = name, .common_name = name, .organization = "Example", .country = "JP", .use = use,
		.type = type, .now = { SECONDS(1) }, .valid_for = SECONDS(86400) };
	struct problem why;

	expect_ok(name, key_descriptor_new(dir.path, &k, &why), &why);
}

static int
start(void **state)
{
	struct problem why;

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	dir = scratch_new();
	make_key("ec", USE_METADATA, KEY_P256);
	make_key("rsa", USE_METADATA, KEY_RSA_2048);
	make_key("ec-large", USE_METADATA, KEY_P384);
	make_key("list", USE_TRUSTED_LIST, KEY_P256);
	make_key("list-rsa", USE_TRUSTED_LIST, KEY_RSA_2048);
	make_key("ledger", USE_LEDGER, KEY_ED25519);
	make_key("ledger-next", USE_LEDGER, KEY_ED25519);
	make_key("push", USE_PUSH, KEY_P256);
	expect_ok("opened", signer_open(dir.path, &signer, &why), &why);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	signer_free(signer);
	signer_free(NULL);
	scratch_free(&dir);
	return 0;
}

static struct span
signed_info(struct arena *a, enum key_type type)
{
	struct signed_info info = { .key = type, .reference = span_text("_1"), .prefixes = span_text("ds md"),
	    .digest = { 7 } };
	struct problem why;
	struct span bytes;

	expect_ok("SignedInfo", signed_info_write(&info, a, &bytes, &why), &why);
	return bytes;
}

static struct span
request(struct arena *a, unsigned kind, const char *key, struct span payload)
{
	struct buffer b = buffer_init(1 * MIB);
	struct span out;

	signing_request_write(&b, &(struct signing_request){ 42, (enum signing_kind)kind, span_text(key), payload });
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static void
what_is_signed_verifies(void **state)
{
	static const struct { const char *name; enum key_type type; } keys[] = {
		{ "ec", KEY_P256 }, { "rsa", KEY_RSA_2048 }, { "ec-large", KEY_P384 },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct span bytes = signed_info(&a, keys[i].type), message;
		struct certificate_facts facts;
		struct signing_answer answer;
		struct key_descriptor d;
		struct problem why;
		bool good = false;

		expect_ok(keys[i].name, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, keys[i].name,
		    bytes), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_number("to the question", answer.id, 42);
		expect_ok(keys[i].name, answer.problem.code, &answer.problem);
		expect_ok("descriptor", key_descriptor_read(dir.path, keys[i].name, &a, &d, &why), &why);
		expect_ok("certificate", certificate_read(d.certificate, &a, &facts, &why), &why);
		expect_ok("verify", public_key_verify(facts.spki, bytes, answer.signature, &good, &why), &why);
		expect_true("the certificate's key verifies it", good);
	}
	arena_release(&a);
}

static void
each_role_asks_for_its_own_kinds(void **state)
{
	static const struct { enum role role; unsigned kind; enum err code; } rights[] = {
		{ ROLE_NONE, SIGN_METADATA, ERR_DENIED },
		{ ROLE_SUPERVISOR, SIGN_METADATA, ERR_DENIED },
		{ ROLE_WORKER, SIGN_METADATA, ERR_DENIED },
		{ ROLE_RECORDER, SIGN_METADATA, ERR_DENIED },
		{ ROLE_STEWARD, SIGN_METADATA, OK },
		{ ROLE_SIGNER, SIGN_METADATA, ERR_DENIED },
		{ ROLE_WORKER, SIGN_TRUSTED_LIST, ERR_DENIED },
		{ ROLE_WORKER, SIGN_CHECKPOINT, ERR_DENIED },
		{ ROLE_RECORDER, SIGN_CHECKPOINT, ERR_DENIED },
		{ ROLE_WORKER, SIGN_POLICY, ERR_DENIED },
		{ ROLE_WORKER, ASK_LEDGER_HEAD, ERR_DENIED },
		{ ROLE_WORKER, SIGN_VAPID, ERR_DENIED },
		{ ROLE_STEWARD, SIGN_NOTHING, ERR_SYNTAX },
		{ ROLE_STEWARD, SIGNING_KIND_COUNT, ERR_SYNTAX },
		{ ROLE_STEWARD, 255, ERR_SYNTAX },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(rights); i++) {
		struct problem why = { 0 };
		struct span answer;
		enum err err = signer_answer(signer, rights[i].role, request(&a, rights[i].kind, "ec", signed_info(&a,
		    KEY_P256)), &a, &answer, &why);

		expect_problem("the table of rights", err, &why, rights[i].code, rights[i].code == ERR_DENIED ?
		    "signed" : "is no signing request");
		expect_true("no answer for whoever is cut off", (answer.size > 0) == (err == OK));
	}
	arena_release(&a);
}

static void
what_is_no_request_ends_the_link(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct span good = request(&a, SIGN_METADATA, "ec", signed_info(&a, KEY_P256)), answer;
	uint8_t *changed = arena_take(&a, good.size + 1);
	struct problem why;

	(void)state;
	for (size_t n = 0; n < good.size; n++)
		expect_problem("cut short", signer_answer(signer, ROLE_STEWARD, span_first(good, n), &a, &answer, &why),
		    &why, ERR_SYNTAX, "is no signing request");
	memcpy(changed, good.data, good.size);
	changed[good.size] = 0;
	expect_problem("longer", signer_answer(signer, ROLE_STEWARD, span_of(changed, good.size + 1), &a, &answer,
	    &why), &why, ERR_SYNTAX, "is no signing request");
	changed[0] = 2;
	expect_problem("an answer", signer_answer(signer, ROLE_STEWARD, span_of(changed, good.size), &a, &answer, &why),
	    &why, ERR_SYNTAX, "is no signing request");
	expect_problem("no key", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, "", good), &a, &answer,
	    &why), &why, ERR_SYNTAX, "is no signing request");
	expect_problem("a long key name", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", good), &a, &answer, &why), &why,
	    ERR_SYNTAX,
	    "is no signing request");
	expect_problem("a large one", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, "ec",
	    span_of(arena_take(&a, 20000), 20000)), &a, &answer, &why), &why, ERR_SYNTAX, "a message of 200");
	arena_release(&a);
}

static void
only_bytes_of_the_kind_are_signed(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct span good = signed_info(&a, KEY_P256), answer;
	struct { const char *title; struct span payload; } cases[] = {
		{ "nothing", { 0 } },
		{ "text", span_text("pay 1000 to bob") },
		{ "a digest", span_first(good, 32) },
		{ "a SignedInfo cut short", span_first(good, good.size - 1) },
		{ "a SignedInfo with bytes behind", span_text(arena_print(&a, "%.*s\n", SPAN_ARGS(good))) },
		{ "an assertion",
		    span_text("<saml:Assertion "
		    "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:Assertion>") },
	};
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, "ec",
		    cases[i].payload), &a, &answer, &why), &why, ERR_DENIED,
		    "the bytes to be signed are not of kind metadata");
	arena_release(&a);
}

static void
what_the_key_cannot_do_is_answered(void **state)
{
	static const struct {
		const char *title, *key;
		enum key_type method;
		enum err code;
		const char *part;
	} cases[] = {
		{ "a key that is not there", "nobody", KEY_P256, ERR_NOT_FOUND, "no key of this name" },
		{ "the beginning of a name", "e", KEY_P256, ERR_NOT_FOUND, "no key of this name" },
		{ "another key's method", "rsa", KEY_P256, ERR_INVALID,
		    "SignatureMethod is not that of a rsa-2048 key" },
		{ "another curve's method", "ec", KEY_P384, ERR_INVALID, "SignatureMethod is not that of a p-256 key" },
		{ "one method for all sizes of RSA", "rsa", KEY_RSA_4096, OK, "" },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct signing_answer answer;
		struct problem why;
		struct span message;

		expect_ok(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, cases[i].key,
		    signed_info(&a, cases[i].method)), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_number("to the question", answer.id, 42);
		expect_problem(cases[i].title, answer.problem.code, &answer.problem, cases[i].code, cases[i].part);
		for (size_t n = 0; n < message.size; n++)
			expect_true("an answer cut short is none", !signing_answer_read(span_first(message, n),
			    &answer));
	}
	arena_release(&a);
}

/* A decision point's metadata */

#define POINT_URL "https://pdp.example"
#define POINT_CLAIMS "{\"exp\":2000,\"iat\":1000,\"iss\":\"" POINT_URL "\",\"nbf\":1000,\"policy_decision_point\":\"" \
	POINT_URL "\""
#define POINT_ENDPOINT ",\"access_evaluation_endpoint\":\"" POINT_URL "/access/v1/evaluation\""

static struct span
public_of(struct arena *a, const char *name)
{
	struct key_descriptor d;
	struct certificate_facts facts;
	struct problem why;

	expect_ok("descriptor", key_descriptor_read(dir.path, name, a, &d, &why), &why);
	expect_ok("certificate", certificate_read(d.certificate, a, &facts, &why), &why);
	return facts.spki;
}

static struct span
point_input(struct arena *a, enum key_type type, const char *of, const char *payload)
{
	struct problem why;
	struct span header;

	expect_ok("header", jws_jwt_header(type, public_of(a, of), a, &header, &why), &why);
	return span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, header)),
	    SPAN_ARGS(base64url_write(a, span_text(payload)))));
}

static void
metadata_of_a_decision_point_is_signed_with_the_lists_key(void **state)
{
	static const struct {
		const char *name;
		enum key_type type;
	} keys[] = { { "list", KEY_P256 }, { "list-rsa", KEY_RSA_2048 } };
	struct arena a = arena_init(1 * MIB);
	struct signing_answer answer;
	struct span input, message;
	struct problem why;
	bool good = false;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		input = point_input(&a, keys[i].type, keys[i].name, POINT_CLAIMS POINT_ENDPOINT
		    ",\"jwks_uri\":\"" POINT_URL "/access/v1/jwks\",\"supported_obligations\":[\"step-up\"]}");
		expect_ok(keys[i].name, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA,
		    keys[i].name, input), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_ok(keys[i].name, answer.problem.code, &answer.problem);
		expect_ok("verify", public_key_verify(public_of(&a, keys[i].name), input, answer.signature, &good,
		    &why), &why);
		expect_true("the published key verifies it", good);
	}
	expect_ok("asked of the wrong key", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA, "list",
	    point_input(&a, KEY_RSA_2048, "list-rsa", POINT_CLAIMS POINT_ENDPOINT "}")), &a, &message, &why), &why);
	expect_true("an answer", signing_answer_read(message, &answer));
	expect_problem("is told", answer.problem.code, &answer.problem, ERR_INVALID,
	    "the header is not that of this key");
	expect_ok("a key of another use", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA, "ec",
	    point_input(&a, KEY_P256, "ec", POINT_CLAIMS POINT_ENDPOINT "}")), &a, &message, &why), &why);
	expect_true("an answer", signing_answer_read(message, &answer));
	expect_problem("is told", answer.problem.code, &answer.problem, ERR_INVALID,
	    "serves metadata, not trusted-list");
	expect_problem("workers have none signed", signer_answer(signer, ROLE_WORKER, request(&a, SIGN_POINT_METADATA,
	    "list", input), &a, &message, &why), &why, ERR_DENIED, "may not have");
	arena_release(&a);
}

static void
no_other_token_is_signed_as_metadata(void **state)
{
	static const struct {
		const char *title, *payload;
	} cases[] = {
		{ "nothing", "" },
		{ "no object", "[]" },
		{ "a subject", POINT_CLAIMS POINT_ENDPOINT ",\"sub\":\"alice\"}" },
		{ "an audience", POINT_CLAIMS POINT_ENDPOINT ",\"aud\":\"https://rp.example\"}" },
		{ "a nested token", POINT_CLAIMS POINT_ENDPOINT ",\"signed_metadata\":\"a.b.c\"}" },
		{ "a list", "{\"LoTE\":{}}" },
		{ "no endpoint", POINT_CLAIMS "}" },
		{ "an endpoint elsewhere", POINT_CLAIMS ",\"access_evaluation_endpoint\":\"" POINT_URL
		    ".evil.example/a\"}" },
		{ "another issuer", "{\"exp\":2000,\"iat\":1000,\"iss\":\"https://other.example\",\"nbf\":1000,"
		    "\"policy_decision_point\":\"" POINT_URL "\"" POINT_ENDPOINT "}" },
		{ "no end", "{\"iat\":1000,\"iss\":\"" POINT_URL "\",\"nbf\":1000,\"policy_decision_point\":\""
		    POINT_URL "\"" POINT_ENDPOINT "}" },
		{ "an end before its beginning", "{\"exp\":999,\"iat\":1000,\"iss\":\"" POINT_URL "\",\"nbf\":1000,"
		    "\"policy_decision_point\":\"" POINT_URL "\"" POINT_ENDPOINT "}" },
		{ "a year", "{\"exp\":31537000,\"iat\":1000,\"iss\":\"" POINT_URL "\",\"nbf\":1000,"
		    "\"policy_decision_point\":\"" POINT_URL "\"" POINT_ENDPOINT "}" },
		{ "a name twice", POINT_CLAIMS POINT_ENDPOINT POINT_ENDPOINT "}" },
		{ "bytes behind", POINT_CLAIMS POINT_ENDPOINT "}}" },
	};
	struct arena a = arena_init(4 * MIB);
	struct span answer;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA,
		    "list", point_input(&a, KEY_P256, "list", cases[i].payload)), &a, &answer, &why), &why, ERR_DENIED,
		    "not of kind a decision point's metadata");
	expect_problem("a list's header", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA, "list",
	    span_text("eyJ9.e30")), &a, &answer, &why), &why, ERR_DENIED, "header");
	arena_release(&a);
}

/* Tokens for push services */

#define PUSH_AUDIENCE "{\"aud\":\"https://push.example\","
#define PUSH_SUBJECT ",\"sub\":\"mailto:admin@watashi.example\"}"

static struct span
push_token(struct arena *a, int64_t left)
{
	return vapid_input(a, span_text("https://push.example"), span_text("mailto:admin@watashi.example"),
	    instant_after(clock_now(), SECONDS(left)));
}

static void
a_push_service_is_told_who_pushes(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct span input = push_token(&a, 3600), message, point;
	struct signing_answer answer;
	struct key_descriptor d;
	struct problem why;
	bool good = false;

	(void)state;
	expect_ok("a token", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, "push", input), &a, &message,
	    &why), &why);
	expect_true("an answer", signing_answer_read(message, &answer));
	expect_ok("is signed", answer.problem.code, &answer.problem);
	expect_number("as ES256 is", answer.signature.size, 64);
	expect_ok("verify", public_key_verify(public_of(&a, "push"), input, answer.signature, &good, &why), &why);
	expect_true("the certificate's key verifies it", good);
	expect_ok("descriptor", key_descriptor_read(dir.path, "push", &a, &d, &why), &why);
	expect_ok("the point browsers want", vapid_point(&d, &a, &point, &why), &why);
	expect_true("is an uncompressed one", point.size == VAPID_POINT && point.data[0] == 4);
	expect_true("and the end of the key", span_equal(point, span_skip(public_of(&a, "push"), 26)));
	expect_ok("descriptor", key_descriptor_read(dir.path, "ec-large", &a, &d, &why), &why);
	expect_problem("of another curve there is none", vapid_point(&d, &a, &point, &why), &why, ERR_UNSUPPORTED,
	    "key ec-large: expected one of P-256");
	arena_release(&a);
}

static void
another_key_signs_no_token_for_push_services(void **state)
{
	static const struct {
		const char *key, *part;
		enum err code;
	} cases[] = {
		{ "ec", "serves metadata, not push", ERR_INVALID },
		{ "list", "serves trusted-list, not push", ERR_INVALID },
		{ "nobody", "no key of this name", ERR_NOT_FOUND },
	};
	struct arena a = arena_init(1 * MIB);
	struct signing_answer answer;
	struct problem why;
	struct span message;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_ok(cases[i].key, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, cases[i].key,
		    push_token(&a, 60)), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_problem(cases[i].key, answer.problem.code, &answer.problem, cases[i].code, cases[i].part);
	}
	arena_release(&a);
}

static void
the_push_key_signs_nothing_else(void **state)
{
	static const struct {
		const char *title, *audience, *rest, *part;
		int64_t left; /* seconds; 0: there is no exp */
	} cases[] = {
		{ "no end", PUSH_AUDIENCE "\"iat\":1", PUSH_SUBJECT, "" , 0 },
		{ "an end that has been", PUSH_AUDIENCE, PUSH_SUBJECT, "/exp: expected a time within", -5 },
		{ "an end tomorrow", PUSH_AUDIENCE, PUSH_SUBJECT, "/exp: expected a time within", 86400 },
		{ "an issuer", PUSH_AUDIENCE, ",\"iss\":\"https://op.example\"" PUSH_SUBJECT, "/iss", 60 },
		{ "a nonce", PUSH_AUDIENCE, ",\"nonce\":\"1\"" PUSH_SUBJECT, "/nonce", 60 },
		{ "no contact", PUSH_AUDIENCE, "}", "/sub: expected mailto: or https:", 60 },
		{ "a person for a contact", PUSH_AUDIENCE, ",\"sub\":\"alice\"}", "/sub: expected mailto:", 60 },
		{ "an audience with a path", "{\"aud\":\"https://rp.example/cb\",", PUSH_SUBJECT, "/aud: expected",
		    60 },
		{ "a client for an audience", "{\"aud\":\"client-1\",", PUSH_SUBJECT, "/aud: expected", 60 },
		{ "no host", "{\"aud\":\"https://\",", PUSH_SUBJECT, "/aud: expected", 60 },
		{ "several audiences", "{\"aud\":[\"https://push.example\"],", PUSH_SUBJECT, "/aud", 60 },
		{ "a blank", "{\"aud\": \"https://push.example\",", PUSH_SUBJECT, "not as they are written here", 60 },
		{ "another order", "{\"sub\":\"mailto:a@b.example\",\"aud\":\"https://push.example\",", "}",
		    "not as they are written here", 60 },
		{ "bytes behind", PUSH_AUDIENCE, PUSH_SUBJECT "}", "", 60 },
		{ "no object", "[", "]", "", 0 },
	};
	static const char *const headers[] = { "", "eyJ9", "eyJhbGciOiJub25lIn0",
	    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9" };
	struct arena a = arena_init(4 * MIB);
	struct problem why;
	struct span answer, good = push_token(&a, 60), rest = good, head;

	(void)state;
	head = span_cut(&rest, '.');
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *claims = cases[i].left == 0 ? arena_print(&a, "%s%s", cases[i].audience, cases[i].rest) :
		    arena_print(&a, "%s\"exp\":%lld%s", cases[i].audience,
		        (long long)(clock_now().us / SECONDS(1) + cases[i].left), cases[i].rest);
		struct span input = span_text(arena_print(&a, "%.*s.%.*s", SPAN_ARGS(head),
		    SPAN_ARGS(base64url_write(&a, span_text(claims)))));

		expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, "push",
		    input), &a, &answer, &why), &why, ERR_DENIED, "not of kind a token for a push service");
		expect_true(cases[i].title, strstr(why.text, cases[i].part) != NULL);
	}
	for (size_t i = 0; i < COUNT(headers); i++)
		expect_problem("another header", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, "push",
		    span_text(arena_print(&a, "%s.%.*s", headers[i], SPAN_ARGS(rest)))), &a, &answer, &why), &why,
		    ERR_DENIED, "the header is not that of such a token");
	expect_problem("a token signed already", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, "push",
	    span_text(arena_print(&a, "%.*s.AAAA", SPAN_ARGS(good)))), &a, &answer, &why), &why, ERR_DENIED,
	    "there is no base64url");
	arena_release(&a);
}

/* Trusted lists */

static struct span
certificate_of(struct arena *a, const char *name)
{
	struct key_descriptor d;
	struct problem why;

	expect_ok("descriptor", key_descriptor_read(dir.path, name, a, &d, &why), &why);
	return d.certificate;
}

static struct span
list_input(struct arena *a, enum key_type type, const char *certificate, const char *content_type, const char *list)
{
	struct problem why;
	struct span header;

	expect_ok("header", jws_jades_header(type, certificate_of(a, certificate), content_type,
	    (struct instant){ SECONDS(1) }, a, &header, &why), &why);
	return span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, header)),
	    SPAN_ARGS(base64url_write(a, span_text(list)))));
}

static void
trusted_lists_are_signed_with_their_own_keys(void **state)
{
	static const struct {
		const char *title, *key;
		enum key_type type;        /* of the header */
		const char *certificate, *content_type;
		enum err code;
		const char *part;
	} cases[] = {
		{ "ECDSA", "list", KEY_P256, "list", "json", OK, "" },
		{ "RSA", "list-rsa", KEY_RSA_2048, "list-rsa", "json", OK, "" },
		{ "a key for metadata", "ec", KEY_P256, "ec", "json", ERR_INVALID,
		    "key ec serves metadata, not trusted-list" },
		{ "another's certificate", "list", KEY_P256, "ec", "json", ERR_INVALID,
		    "not that of this key and its certificate" },
		{ "another algorithm", "list", KEY_RSA_2048, "list", "json", ERR_INVALID, "not that of this key" },
		{ "another content", "list", KEY_P256, "list", "jwt", ERR_INVALID, "not that of this key" },
		{ "no such key", "nobody", KEY_P256, "list", "json", ERR_NOT_FOUND, "no key of this name" },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span input = list_input(&a, cases[i].type, cases[i].certificate, cases[i].content_type,
		    "{\"LoTE\":{\"ListAndSchemeInformation\":{\"a\":[1,-2.5e+3,true,false,null,{}],"
		    "\"b\":\"連}\\\"]\"}}}"), message;
		struct certificate_facts facts;
		struct signing_answer answer;
		struct problem why;
		bool good;

		expect_ok(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_TRUSTED_LIST,
		    cases[i].key, input), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_problem(cases[i].title, answer.problem.code, &answer.problem, cases[i].code, cases[i].part);
		if (cases[i].code != OK)
			continue;
		expect_ok("certificate", certificate_read(certificate_of(&a, cases[i].key), &a, &facts, &why), &why);
		expect_ok("verify", public_key_verify(facts.spki, input, answer.signature, &good, &why), &why);
		expect_true("the certificate's key verifies it", good);
	}
	arena_release(&a);
}

static void
what_is_no_trusted_list_ends_the_link(void **state)
{
	static const struct { const char *title, *list; } lists[] = {
		{ "nothing", "" },
		{ "an access token", "{\"iss\":\"https://op.example\",\"sub\":\"bob\"}" },
		{ "an empty object", "{}" },
		{ "no object in it", "{\"LoTE\":[]}" },
		{ "a second member", "{\"LoTE\":{},\"sub\":\"bob\"}" },
		{ "a first member", "{\"iss\":\"x\",\"LoTE\":{}}" },
		{ "two of them", "{\"LoTE\":{}}{\"LoTE\":{}}" },
		{ "bytes behind", "{\"LoTE\":{}}\n" },
		{ "a blank", "{\"LoTE\":{\"a\": 1}}" },
		{ "cut short", "{\"LoTE\":{\"a\":\"b\"}" },
		{ "an open text", "{\"LoTE\":{\"a\":\"b}}" },
		{ "a line's end in a text", "{\"LoTE\":{\"a\":\"b\n\"}}" },
		{ "closed as another", "{\"LoTE\":{\"a\":[1}]}}" },
		{ "an end too many", "{\"LoTE\":{}}}" },
		{ "a text beside it", "{\"LoTE\":{}\"a\"}" },
		{ "another object beside it", "{\"LoTE\":{}{}}" },
		{ "what JSON does not have", "{\"LoTE\":{'a':1}}" },
		{ "too deep", "{\"LoTE\":{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}" },
	};
	struct arena a = arena_init(1 * MIB);
	struct span good = list_input(&a, KEY_P256, "list", "json", "{\"LoTE\":{}}");
	struct span odd = list_input(&a, KEY_P256, "list", "json", "{\"LoTE\":{\"a\":\"b\"}}");
	const struct { const char *title; struct span payload; } inputs[] = {
		{ "nothing", { 0 } },
		{ "no dot", span_text("eyJhbGciOiJFUzI1NiJ9") },
		{ "no header", span_text("..") },
		{ "any header", span_text(arena_print(&a, "eyJhbGciOiJFUzI1NiJ9.%s", strchr(arena_text(&a, good),
		    '.') + 1)) },
		{ "a list signed already", span_text(arena_print(&a, "%.*s.AAAA", SPAN_ARGS(good))) },
		{ "padding", span_text(arena_print(&a, "%.*s=", SPAN_ARGS(odd))) },
		{ "a digit more", span_text(arena_print(&a, "%.*sA", SPAN_ARGS(good))) },
		{ "base64's own digits", span_text(arena_print(&a, "%.*s+", SPAN_ARGS(good))) },
		{ "a SignedInfo", signed_info(&a, KEY_P256) },
	};
	struct problem why;
	struct span answer;

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++)
		expect_problem(lists[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_TRUSTED_LIST,
		    "list", list_input(&a, KEY_P256, "list", "json", lists[i].list)), &a, &answer, &why), &why,
		    ERR_DENIED,
		    "the bytes to be signed are not of kind a trusted list: behind the header's dot");
	for (size_t i = 0; i < COUNT(inputs); i++)
		expect_problem(inputs[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_TRUSTED_LIST,
		    "list", inputs[i].payload), &a, &answer, &why), &why, ERR_DENIED,
		    "the bytes to be signed are not of kind a trusted list: ");
	/* What does not fit the key is not looked at more kindly. */
	expect_problem("no list for another key", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_TRUSTED_LIST,
	    "list", list_input(&a, KEY_P256, "ec", "json", "{}")), &a, &answer, &why), &why, ERR_DENIED,
	    "behind the header's dot");
	arena_release(&a);
}

static void
a_large_list_is_signed_without_being_copied(void **state)
{
	struct arena a = arena_init(256 * MIB);
	size_t size = 90 * MIB;
	uint8_t *list = arena_take(&a, size);
	struct buffer b = buffer_init(128 * MIB);
	struct signing_task task;
	struct span input, header;
	struct problem why;

	(void)state;
	memset(list, 'x', size);
	memcpy(list, "{\"LoTE\":{\"a\":\"", 14);
	memcpy(list + size - 3, "\"}}", 3);
	expect_ok("header", jws_jades_header(KEY_P256, certificate_of(&a, "list"), "json",
	    (struct instant){ SECONDS(1) }, &a, &header, &why), &why);
	header = base64url_write(&a, header);
	input = base64url_write(&a, span_of(list, size));
	signing_request_write(&b, &(struct signing_request){ 7, SIGN_TRUSTED_LIST, span_text("list"), header });
	expect_problem("a header alone", signer_check(signer, ROLE_STEWARD, buffer_span(&b), &task, &why), &why,
	    ERR_DENIED, "behind the header's dot");
	buffer_clear(&b);
	buffer_u8(&b, 1);
	buffer_u64(&b, 7);
	buffer_u8(&b, SIGN_TRUSTED_LIST);
	buffer_block(&b, span_text("list"));
	buffer_u32(&b, (uint32_t)(header.size + 1 + input.size));
	buffer_add(&b, header);
	buffer_byte(&b, '.');
	buffer_add(&b, input);
	expect_true("it fits", !b.overflowed);
	expect_ok("checked", signer_check(signer, ROLE_STEWARD, buffer_span(&b), &task, &why), &why);
	expect_true("a task is small, whatever it is for", task.key && task.input_size == 32 && sizeof(task) < 4 * KIB);
	signing_task_run(&task);
	expect_ok("signed", task.problem.code, &task.problem);
	expect_number("a signature", task.signature_size, 64);
	buffer_release(&b);
	arena_release(&a);
}

/* The ledger */

#define ORIGIN "watashi.example/ledger"
#define LEAVES 40

static struct naive_tree
tree_new(const char *first)
{
	struct hash leaves[LEAVES];

	for (uint64_t i = 0; i < LEAVES; i++)
		leaves[i] = i == 0 ? merkle_leaf(span_text(first)) : merkle_leaf(span_of(&i, sizeof(i)));
	return naive_tree_new(leaves, LEAVES);
}

static struct span
checkpoint_text(struct arena *a, const struct naive_tree *tree, uint64_t size)
{
	struct hash root = naive_hash(tree, 0, size);

	return span_text(arena_print(a, ORIGIN "\n%llu\n%.*s\n", (unsigned long long)size,
	    SPAN_ARGS(base64_write(a, span_of(root.bytes, HASH_SIZE)))));
}

static struct span
checkpoint_payload(struct arena *a, const struct naive_tree *tree, uint64_t from, uint64_t size)
{
	struct merkle_proof proof = { .count = 0 };
	struct buffer b = buffer_init(8 * KIB);
	struct span out;

	if (from > 0 && from < size)
		naive_consistency(tree, from, 0, size, true, &proof);
	checkpoint_request_write(&b, checkpoint_text(a, tree, size), &proof);
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static struct signing_answer
answer_of(const char *title, struct arena *a, unsigned kind, const char *key, struct span payload)
{
	struct signing_answer answer;
	struct problem why;
	struct span message;

	expect_ok(title, signer_answer(signer, ROLE_STEWARD, request(a, kind, key, payload), a, &message, &why), &why);
	expect_true("an answer", signing_answer_read(message, &answer));
	return answer;
}

static bool
verifies(struct arena *a, const char *key, struct span text, struct span signature)
{
	struct certificate_facts facts;
	struct problem why;
	bool good = false;

	expect_ok("certificate", certificate_read(certificate_of(a, key), a, &facts, &why), &why);
	expect_ok("verify", public_key_verify(facts.spki, text, signature, &good, &why), &why);
	return good;
}

static void
a_checkpoint_is_signed_when_it_continues_the_last(void **state)
{
	static const struct {
		const char *title, *key;
		bool other;
		uint64_t from, size;
		enum err code;
		const char *part;
	} steps[] = {
		{ "the first", "ledger", false, 0, 7, OK, "" },
		{ "again", "ledger", false, 0, 7, OK, "" },
		{ "grown", "ledger", false, 7, 20, OK, "" },
		{ "cut", "ledger", false, 0, 19, ERR_CONFLICT, "a checkpoint of 20 has been signed" },
		{ "another of that size", "ledger", true, 0, 20, ERR_CONFLICT, "20 leaves with another root has been "
		    "signed" },
		{ "another that grew", "ledger", true, 20, 21, ERR_CONFLICT, "does not continue" },
		{ "another key signs the same log", "ledger-next", true, 20, 21, ERR_CONFLICT, "does not continue" },
		{ "or none", "ledger-next", false, 20, 40, OK, "" },
		{ "a key for metadata", "ec", false, 40, 40, ERR_INVALID, "key ec serves metadata, not ledger" },
		{ "no such key", "nobody", false, 40, 40, ERR_NOT_FOUND, "no key of this name" },
	};
	struct naive_tree tree = tree_new("first"), other = tree_new("other");
	struct arena a = arena_init(1 * MIB);
	struct hash root = naive_hash(&tree, 0, 40);
	struct signing_answer answer;

	(void)state;
	answer = answer_of("nothing is signed yet", &a, ASK_LEDGER_HEAD, "ledger", (struct span){ 0 });
	expect_number("the head is empty", answer.signature.size, LEDGER_HEAD_ANSWER);
	for (size_t i = 0; i < 8; i++)
		expect_number("its size is 0", answer.signature.data[i], 0);
	for (size_t i = 0; i < COUNT(steps); i++) {
		const struct naive_tree *t = steps[i].other ? &other : &tree;

		answer = answer_of(steps[i].title, &a, SIGN_CHECKPOINT, steps[i].key,
		    checkpoint_payload(&a, t, steps[i].from, steps[i].size));
		expect_problem(steps[i].title, answer.problem.code, &answer.problem, steps[i].code, steps[i].part);
		expect_true(steps[i].title, steps[i].code != OK ||
		    verifies(&a, steps[i].key, checkpoint_text(&a, t, steps[i].size), answer.signature));
	}
	answer = answer_of("the head", &a, ASK_LEDGER_HEAD, "ledger", (struct span){ 0 });
	expect_number("is the last that was signed", answer.signature.data[7], 40);
	expect_true("with its root", memcmp(answer.signature.data + 8, root.bytes, HASH_SIZE) == 0);
	naive_tree_free(&tree);
	naive_tree_free(&other);
	arena_release(&a);
}

#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define LETTERS_80 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST "sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"

static void
a_ledger_key_signs_nothing_but_its_notes(void **state)
{
	static const struct {
		const char *title, *checkpoint, *policy, *part;
	} cases[] = {
		{ "nothing", "", "", "three lines" },
		{ "two lines", "a\n5\n", "a/policy\nx 1\n", "three lines" },
		{ "four lines", "a\n5\n" ROOT "\nx\n", "a/policy\nx 1\n" DIGEST "\nx\n", "three lines" },
		{ "the last not ended", "a\n5\n" ROOT, "a/policy\nx 1\n" DIGEST, "three lines" },
		{ "no origin", "\n5\n" ROOT "\n", "/policy\nx 1\n" DIGEST "\n", "the origin has 0 bytes" },
		{ "a blank in the origin", "a b\n5\n" ROOT "\n", "a b/policy\nx 1\n" DIGEST "\n", "it has a blank" },
		{ "an empty log", "a\n0\n" ROOT "\n", NULL, "the second line" },
		{ "a leading zero", "a\n05\n" ROOT "\n", NULL, "the second line" },
		{ "a sign", "a\n+5\n" ROOT "\n", NULL, "the second line" },
		{ "a size past 64 bits", "a\n18446744073709551616\n" ROOT "\n", NULL, "the second line" },
		{ "a short root", "a\n5\nAAAA\n", NULL, "the third line" },
		{ "no base64", "a\n5\n!AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", NULL, "the third line" },
		{ "a log called as a policy is", "a/policy\n5\n" ROOT "\n", NULL, "a log is not called" },
		{ "no version", NULL, "a/policy\nx\n" DIGEST "\n", "the second line" },
		{ "a size for a version", NULL, "a/policy\n5\n" DIGEST "\n", "the second line" },
		{ "capitals", NULL, "a/policy\nX 1\n" DIGEST "\n", "the second line" },
		{ "three words", NULL, "a/policy\nx 1 2\n" DIGEST "\n", "the second line" },
		{ "another name", NULL, "a/other\nx 1\n" DIGEST "\n", "the first line" },
		{ "a name longer than any framework's", NULL,
		    "a/policy\n" LETTERS_80 "a 1\n" DIGEST "\n", "the second line" },
		{ "nor does one begin with a sign", NULL, "a/policy\n.a 1\n" DIGEST "\n", "the second line" },
		{ "another digest", NULL, "a/policy\nx 1\nsha1:00\n", "the third line" },
		{ "a checkpoint for a policy", NULL, "a\n5\n" ROOT "\n", "the first line" },
	};
	struct arena a = arena_init(1 * MIB);
	struct buffer b = buffer_init(8 * KIB);
	struct problem why;
	struct span answer;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const struct merkle_proof none;

		buffer_clear(&b);
		checkpoint_request_write(&b, span_text(cases[i].checkpoint ? cases[i].checkpoint : ""), &none);
		if (cases[i].checkpoint)
			expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_CHECKPOINT,
			    "ledger", buffer_span(&b)), &a, &answer, &why), &why, ERR_DENIED, cases[i].part);
		if (cases[i].policy)
			expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POLICY,
			    "ledger", span_text(cases[i].policy)), &a, &answer, &why), &why, ERR_DENIED, cases[i].part);
	}
	buffer_text(&b, "half a hash");
	expect_problem("a broken proof", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_CHECKPOINT, "ledger",
	    buffer_span(&b)), &a, &answer, &why), &why, ERR_DENIED, "hashes of 32 bytes");
	expect_problem("metadata", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POLICY, "ledger",
	    signed_info(&a, KEY_P256)), &a, &answer, &why), &why, ERR_DENIED, "not of kind a policy");
	expect_problem("a question with more in it", signer_answer(signer, ROLE_STEWARD, request(&a, ASK_LEDGER_HEAD,
	    "ledger", span_text("x")), &a, &answer, &why), &why, ERR_DENIED, "expected no bytes, found 1");
	buffer_release(&b);
	arena_release(&a);
}

static void
a_published_policy_is_signed(void **state)
{
	static const char text[] = ORIGIN "/policy\njp-idtf 1.0\n" DIGEST "\n";
	static const char longest[] = ORIGIN "/policy\n" LETTERS_80 " " LETTERS_80 "\n" DIGEST "\n";
	struct arena a = arena_init(1 * MIB);
	struct signing_answer answer = answer_of("the longest names", &a, SIGN_POLICY, "ledger", span_text(longest));

	(void)state;
	expect_ok("signed", answer.problem.code, &answer.problem);
	answer = answer_of("a policy", &a, SIGN_POLICY, "ledger", span_text(text));
	expect_ok("signed", answer.problem.code, &answer.problem);
	expect_true("with the ledger's key", verifies(&a, "ledger", span_text(text), answer.signature));
	answer = answer_of("another key", &a, SIGN_POLICY, "ec", span_text(text));
	expect_problem("is not the ledger's", answer.problem.code, &answer.problem, ERR_INVALID, "serves metadata");
	arena_release(&a);
}

static void
wrong_directories_do_not_open(void **state)
{
	static const struct { const char *title, *command; enum err code; const char *part; } cases[] = {
		{ "another key's certificate", "cp a.cer b.cer", ERR_INVALID,
		    "b.cer is the certificate of another key than b" },
		{ "another type of key", "sed -i s/p-256/p-384/ b.json", ERR_INVALID,
		    "key b is of type p-256, expected p-384" },
		{ "a key that is gone", "rm b.pem", ERR_NOT_FOUND, "key b: cannot open key file " },
		{ "a key that others can read", "chmod 0644 b.pem", ERR_DENIED, "has mode 0644, expected 0600" },
		{ "a descriptor that is wrong", "echo >b.json", ERR_SYNTAX, "b.json" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scratch before = dir;
		struct signer *opened = NULL;
		struct problem why = { 0 };

		dir = scratch_new();
		make_key("a", USE_METADATA, KEY_P256);
		make_key("b", USE_METADATA, KEY_P256);
		expect_ok("good so far", signer_open(dir.path, &opened, &why), &why);
		signer_free(opened);
		expect_number("made wrong", scratch_run(&dir, cases[i].command), 0);
		expect_problem(cases[i].title, signer_open(dir.path, &opened, &why), &why, cases[i].code,
		    cases[i].part);
		scratch_free(&dir);
		dir = before;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_of_a_decision_point_is_signed_with_the_lists_key),
		cmocka_unit_test(no_other_token_is_signed_as_metadata),
		cmocka_unit_test(a_push_service_is_told_who_pushes),
		cmocka_unit_test(another_key_signs_no_token_for_push_services),
		cmocka_unit_test(the_push_key_signs_nothing_else),
		cmocka_unit_test(what_is_signed_verifies),
		cmocka_unit_test(each_role_asks_for_its_own_kinds),
		cmocka_unit_test(what_is_no_request_ends_the_link),
		cmocka_unit_test(only_bytes_of_the_kind_are_signed),
		cmocka_unit_test(what_the_key_cannot_do_is_answered),
		cmocka_unit_test(trusted_lists_are_signed_with_their_own_keys),
		cmocka_unit_test(what_is_no_trusted_list_ends_the_link),
		cmocka_unit_test(a_large_list_is_signed_without_being_copied),
		cmocka_unit_test(a_checkpoint_is_signed_when_it_continues_the_last),
		cmocka_unit_test(a_ledger_key_signs_nothing_but_its_notes),
		cmocka_unit_test(a_published_policy_is_signed),
		cmocka_unit_test(wrong_directories_do_not_open),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
