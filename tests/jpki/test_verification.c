/* tests/jpki/test_verification.c - what a person of the test world signed, in each form: established when all of it is
 * good, and refused by the step that is there for what is wrong.
 */
#include "crypto/key_kind.h"
#include "crypto/signed_data.h"
#include "crypto/signed_xml.h"

#include "base/turn.h"
#include "crypto/x509_signature.h"
#include "jpki/verification.h"
#include "testcard/holder.h"
#include "testcard/key.h"

#define NOW (struct instant){ INT64_C(1795000000000000) } /* 2026-11-18 */
#define DAY (INT64_C(86400) * 1000000)
#define TEXT "私は example.org での本人確認に同意します。\nchallenge 0123456789abcdef"
#define OTHER "私は example.com での本人確認に同意します。\nchallenge 0123456789abcdef"

/* Somebody with a certificate. */
struct citizen {
	struct cms_signer signer;    /* key, certificate */
};

static struct stage {
	struct arena arena;
	struct authority authorities[PURPOSES];
	struct jpki_anchors *anchors;
	EVP_PKEY *curve;
	struct citizen of[PURPOSES], other, late, stranger; /* the others sign */
	struct turn turn;
	struct jpki_verifier verifier;
} stage;

/* A source that says what it is told to, at once or in its turn. */
static struct {
	struct revocation_source source;
	struct pending pending;
	struct later later;
	struct revocation_answer answer;
	unsigned asked, cancelled;
	on_revocation *done;
	void *arg;
} list;

static void
list_answer(struct revocation_source *source, const struct revocation_question *question,
    struct revocation_answer *out)
{
	(void)source;
	assert_non_null(question->certificate->issuer);
	list.asked++;
	*out = list.answer;
}

static void
list_tells(void *arg)
{
	(void)arg;
	list.done(list.arg, &list.answer);
}

static void
list_cancel(struct pending *pending)
{
	(void)pending;
	list.cancelled++;
	turn_cancel(&stage.turn, &list.later);
}

static struct pending *
list_ask(struct revocation_source *source, const struct revocation_question *question, on_revocation *done, void *arg)
{
	(void)source;
	(void)question;
	list.asked++;
	list.done = done;
	list.arg = arg;
	list.pending.cancel = list_cancel;
	list.later = (struct later){ .run = list_tells };
	turn_later(&stage.turn, &list.later);
	return &list.pending;
}

static struct citizen
citizen_new(const struct authority *authority, const struct holder *holder, unsigned serial)
{
	struct arena *a = &stage.arena;
	struct citizen c = { .signer = { .key = key_rsa(2048, 65537) } };
	struct certificate_plan plan = holder_plan(a, authority, holder, c.signer.key, asn_number(a, serial));
	const uint8_t *at;

	c.signer.certificate = certificate_sign(a, &plan, authority->key);
	c.signer.spki = plan.spki;
	at = c.signer.certificate.data;
	c.signer.x509 = d2i_X509(NULL, &at, (long)c.signer.certificate.size);
	assert_non_null(c.signer.x509);
	return c;
}

static void
authorities_make(struct stage *s)
{
	static const enum jpki_purpose purposes[PURPOSES] = { JPKI_SIGNATURE, JPKI_AUTHENTICATION };
	struct arena *a = &s->arena;
	struct problem why;

	for (enum purpose p = SIGNATURE; p < PURPOSES; p++) {
		struct authority *ca = &s->authorities[p];
		struct certificate_plan plan;

		*ca = (struct authority){ .purpose = p, .generation = 1, .key = key_rsa(2048, 65537),
			.serial = asn_number(a, 1 + p), .name = authority_name(a, p) };
		plan = authority_plan(a, p, ca->key, ca->serial, instant_after(NOW, -1000 * DAY),
		    instant_after(NOW, 1000 * DAY));
		ca->certificate = certificate_sign(a, &plan, ca->key);
		expect_ok("an authority", jpki_anchors_add(s->anchors, purposes[p], JPKI_TEST, ca->certificate, &why),
		    &why);
	}
}

static int
stage_make(void **state)
{
	struct holder holder = { .name = "試験　太郎", .born = "319800217", .sex = "1", .address = "東京都渋谷区１－１",
		.municipality = { "Tokyo-to", "Shibuya-ku", "13113" }, .from = instant_after(NOW, -DAY),
		.until = instant_after(NOW, 500 * DAY) };
	struct authority nobody;

	(void)state;
	stage.arena = arena_init(1 * GIB);
	stage.anchors = jpki_anchors_new();
	authorities_make(&stage);
	for (enum purpose p = SIGNATURE; p < PURPOSES; p++)
		stage.of[p] = citizen_new(&stage.authorities[p], &holder, 0x0ac91af8 + p);
	stage.other = citizen_new(&stage.authorities[SIGNATURE], &holder, 0x0ac91aff);
	nobody = stage.authorities[SIGNATURE];
	nobody.key = key_rsa(2048, 65537);
	stage.stranger = citizen_new(&nobody, &holder, 0x0ac91b00);
	EVP_PKEY_free(nobody.key);
	holder.until = instant_after(NOW, -DAY / 2);
	stage.late = citizen_new(&stage.authorities[SIGNATURE], &holder, 0x0ac91b01);
	stage.curve = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	stage.verifier = (struct jpki_verifier){ .turn = &stage.turn, .sources = { &list.source }, .source_count = 1,
		.trust = { .profiles = jpki_profiles_known(), .anchors = stage.anchors, .test = true } };
	list.source = (struct revocation_source){ .name = "list", .kind = REVOCATION_BY_CRL, .answer = list_answer };
	list.answer = (struct revocation_answer){ .status = REVOCATION_GOOD, .reason = -1 };
	return 0;
}

static int
stage_end(void **state)
{
	struct citizen *all[] = { &stage.of[SIGNATURE], &stage.of[AUTHENTICATION], &stage.other, &stage.late,
		&stage.stranger };

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++)
		cms_signer_free(&all[i]->signer);
	for (size_t p = 0; p < PURPOSES; p++)
		EVP_PKEY_free(stage.authorities[p].key);
	EVP_PKEY_free(stage.curve);
	jpki_anchors_free(stage.anchors);
	arena_release(&stage.arena);
	return 0;
}

/* What they send */

static struct span
signature_of(EVP_PKEY *key, const EVP_MD *method, const char *text)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t value[512];
	size_t size = sizeof(value);

	assert_int_equal(EVP_DigestSignInit(context, NULL, method, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(context, value, &size, (const uint8_t *)text, strlen(text)), 1);
	EVP_MD_CTX_free(context);
	return arena_copy(&stage.arena, span_of(value, size));
}

static struct jpki_submission
challenge(const struct citizen *c, enum jpki_purpose purpose, const char *algorithm, const EVP_MD *method)
{
	return (struct jpki_submission){ .form = JPKI_CHALLENGE, .purpose = purpose, .algorithm = algorithm,
		.certificate = c->signer.certificate, .signature = signature_of(c->signer.key, method, TEXT),
		.content = span_text(TEXT) };
}

static struct jpki_submission
cms(const struct citizen *c, enum jpki_purpose purpose, const char *text, unsigned flags, const char *expected)
{
	return (struct jpki_submission){ .form = JPKI_CMS, .purpose = purpose, .content = span_text(expected),
		.signature = cms_by_openssl(&stage.arena, &c->signer, 1, span_text(text), flags, EVP_sha256()) };
}

#define OBJECT(text) \
	T_SIGNATURE(XML_RSA, T_REFERENCE("#o", T_EXCLUSIVE, XML_SHA256), "<ds:Object Id=\"o\">" text "</ds:Object>")

#define XADES "http://uri.etsi.org/01903/v1.3.2#"
#define PROPERTIES "<x:SignedProperties xmlns:x=\"" XADES "\" Id=\"p\">late</x:SignedProperties>"
#define REFERENCE(uri) T_REFERENCE(uri, T_EXCLUSIVE, XML_SHA256)
#define OBJECT_WITH_PROPERTIES(text) \
	T_SIGNATURE(XML_RSA, REFERENCE("#o") \
	    "<ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"#p\"><ds:Transforms>" \
	    T_EXCLUSIVE "</ds:Transforms>" T_DIGEST(XML_SHA256) "</ds:Reference>", \
	    "<ds:Object Id=\"o\">" text "</ds:Object><ds:Object>" PROPERTIES "</ds:Object>")
#define TWO_OBJECTS(one, two) \
	T_SIGNATURE(XML_RSA, REFERENCE("#o") REFERENCE("#t"), \
	    "<ds:Object Id=\"o\">" one "</ds:Object><ds:Object Id=\"t\">" two "</ds:Object>")

static struct jpki_submission
xml(const struct citizen *c, const struct citizen *beside, const char *template, const char *expected)
{
	const struct signing_key key = { c->signer.key, c->signer.spki };
	struct span text = xml_sign(&stage.arena, template, &key);
	const char *end = "</ds:SignatureValue>";
	const uint8_t *at = memmem(text.data, text.size, end, strlen(end));
	size_t before = (size_t)(at - text.data) + strlen(end);
	const char *info = arena_print(&stage.arena,
	    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>%.*s</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
	    SPAN_ARGS(base64_write(&stage.arena, beside->signer.certificate)));

	text = JOIN(&stage.arena, span_first(text, before), span_text(info), span_skip(text, before));
	return (struct jpki_submission){ .form = JPKI_XML, .purpose = JPKI_SIGNATURE, .signature = text,
		.content = span_text(expected) };
}

static struct jpki_submission
with_content(struct jpki_submission s, const char *text)
{
	s.content = span_text(text);
	return s;
}

static struct jpki_submission
with_certificate(struct jpki_submission s, const struct citizen *c)
{
	s.certificate = c ? c->signer.certificate : (struct span){ 0 };
	return s;
}

static struct jpki_submission
with_algorithm(struct jpki_submission s, const char *algorithm)
{
	s.algorithm = algorithm;
	return s;
}

/* A good signature by issuer and number, and an attribute that means another certificate. */
static struct jpki_submission
cms_of_another(void)
{
	struct jpki_submission s = cms(&stage.of[SIGNATURE], JPKI_SIGNATURE, TEXT, CMS_CADES, "");
	uint8_t hash[32], *at;
	struct span found = s.signature;

	EVP_Digest(stage.of[SIGNATURE].signer.certificate.data, stage.of[SIGNATURE].signer.certificate.size, hash, NULL,
	    EVP_sha256(), NULL);
	at = memmem(found.data, found.size, hash, sizeof(hash));
	assert_non_null(at);
	at[0] ^= 1;
	return s;
}

static struct jpki_submission
truncated(struct jpki_submission s)
{
	s.signature.size--;
	return s;
}

static struct jpki_submission
by_two(void)
{
	const struct cms_signer both[] = { stage.of[SIGNATURE].signer, stage.other.signer };

	return (struct jpki_submission){ .form = JPKI_CMS, .purpose = JPKI_SIGNATURE,
		.signature = cms_by_openssl(&stage.arena, both, 2, span_text(TEXT), 0, EVP_sha256()) };
}

static void
each_form_is_established_or_refused_by_its_step(void **state)
{
	struct citizen *signs = &stage.of[SIGNATURE], *proves = &stage.of[AUTHENTICATION];
	const enum jpki_purpose S = JPKI_SIGNATURE, A = JPKI_AUTHENTICATION;
	const struct jpki_submission good = challenge(signs, S, "RS256", EVP_sha256());
	const struct {
		const char *title;
		struct jpki_submission submission;
		enum outcome outcome;
		const char *step, *part; /* of the cause */
	} cases[] = {
		{ "a challenge signed with SHA-256", good, ESTABLISHED, 0, 0 },
		{ "a challenge signed with SHA-384", challenge(signs, S, "RS384", EVP_sha384()), ESTABLISHED, 0, 0 },
		{ "a challenge signed with SHA-512", challenge(signs, S, "RS512", EVP_sha512()), ESTABLISHED, 0, 0 },
		{ "a challenge to authenticate", challenge(proves, A, "RS256", EVP_sha256()), ESTABLISHED, 0, 0 },
		{ "a SignedData", cms(signs, S, TEXT, 0, ""), ESTABLISHED, 0, 0 },
		{ "a SignedData of what was asked for", cms(signs, S, TEXT, 0, TEXT), ESTABLISHED, 0, 0 },
		{ "a detached SignedData", cms(signs, S, TEXT, CMS_DETACHED, TEXT), ESTABLISHED, 0, 0 },
		{ "a SignedData by key identifier", cms(signs, S, TEXT, CMS_USE_KEYID, ""), ESTABLISHED, 0, 0 },
		{ "a SignedData with its certificate beside it",
		    with_certificate(cms(signs, S, TEXT, CMS_NOCERTS, ""), signs), ESTABLISHED, 0, 0 },
		{ "a SignedData to authenticate, of bytes", cms(proves, A, "\x01\x02", 0, ""), ESTABLISHED, 0, 0 },
		{ "an XML signature around the text", xml(signs, signs, OBJECT(TEXT), TEXT), ESTABLISHED, 0, 0 },
		{ "an XML signature of anything", xml(signs, signs, OBJECT("<a>x</a>"), ""), ESTABLISHED, 0, 0 },
		{ "an XML signature around the text, and what software says of the signature",
		    xml(signs, signs, OBJECT_WITH_PROPERTIES(TEXT), TEXT), ESTABLISHED, 0, 0 },
		{ "an XML signature of two elements", xml(signs, signs, TWO_OBJECTS(TEXT, OTHER), ""), ESTABLISHED, 0,
		    0 },

		{ "nothing", { 0 }, REFUTED, "document", "nothing was submitted" },
		{ "a challenge without signature", { .form = JPKI_CHALLENGE, .purpose = S, .algorithm = "RS256",
		    .content = span_text(TEXT), .certificate = good.certificate }, REFUTED, "document",
		    "no signature" },
		{ "a challenge without certificate", with_certificate(good, NULL), REFUTED, "document",
		    "no certificate" },
		{ "a challenge that was none", with_content(good, ""), REFUTED, "document", "no challenge" },
		{ "an algorithm that is none of ours", with_algorithm(good, "HS256"), REFUTED, "document",
		    "\"HS256\"" },
		{ "no algorithm", with_algorithm(good, NULL), REFUTED, "document", "expected a signature of" },
		{ "another algorithm than it was signed with", with_algorithm(good, "RS512"), REFUTED,
		    "document-signature",
		    "not made by that key" },
		{ "ECDSA by an RSA key", with_algorithm(good, "ES384"), REFUTED, "document-signature", "" },
		{ "another challenge", with_content(good, OTHER), REFUTED, "document-signature",
		    "not made by that key" },
		{ "another's certificate", with_certificate(good, &stage.other), REFUTED, "document-signature",
		    "not made by that key" },
		{ "a certificate that nobody we believe issued", challenge(&stage.stranger, S, "RS256", EVP_sha256()),
		    REFUTED, "issuer-key", "" },
		{ "a certificate that has ended", challenge(&stage.late, S, "RS256", EVP_sha256()), REFUTED, "validity",
		    "" },
		{ "authentication's certificate for a signature", challenge(proves, S, "RS256", EVP_sha256()), REFUTED,
		    "issuer", "" },
		{ "signature's certificate to authenticate", challenge(signs, A, "RS256", EVP_sha256()), REFUTED,
		    "issuer",
		    "" },
		{ "a byte of the signature missing", truncated(good), REFUTED, "document-signature", "" },

		{ "a SignedData that is not whole", truncated(cms(signs, S, TEXT, 0, "")), REFUTED, "document",
		    "ContentInfo" },
		{ "a SignedData in BER", cms(signs, S, TEXT, CMS_STREAM, ""), REFUTED, "document", "BER" },
		{ "two signers", by_two(), REFUTED, "document", "expected one signer" },
		{ "no certificate anywhere", cms(signs, S, TEXT, CMS_NOCERTS, ""), REFUTED, "signer",
		    "neither in the SignedData nor beside it" },
		{ "another's certificate beside it", with_certificate(cms(signs, S, TEXT, CMS_NOCERTS, ""),
		    &stage.other),
		    REFUTED, "signer", "is not there" },
		{ "a signingCertificateV2 of another", cms_of_another(), REFUTED, "signer",
		    "means another certificate" },
		{ "a SignedData of something else than was asked for", cms(signs, S, OTHER, 0, TEXT), REFUTED,
		    "signed-content", "not what was to be signed" },
		{ "a detached SignedData of something else", cms(signs, S, OTHER, CMS_DETACHED, TEXT), REFUTED,
		    "document-signature", "not what was signed" },
		{ "a detached SignedData of nobody knows what", cms(signs, S, TEXT, CMS_DETACHED, ""), REFUTED,
		    "signed-content", "is not there" },
		{ "a signature for what is no text", cms(signs, S, "a\x01", 0, ""), REFUTED, "signed-content",
		    "U+0001" },
		{ "a signature for what is not UTF-8", cms(signs, S, "\xff", 0, ""), REFUTED, "signed-content",
		    "UTF-8" },
		{ "a signature for text that turns around", cms(signs, S, "a\xe2\x80\xae", 0, ""), REFUTED,
		    "signed-content", "U+202E" },
		{ "a SignedData of a stranger", cms(&stage.stranger, S, TEXT, 0, ""), REFUTED, "issuer-key", "" },

		{ "an XML signature of something else", xml(signs, signs, OBJECT(OTHER), TEXT), REFUTED,
		    "signed-content",
		    "not what was to be signed" },
		{ "an XML signature of more than a text", xml(signs, signs, OBJECT("<not>" TEXT "</not>"), TEXT),
		    REFUTED,
		    "signed-content", "expected text alone" },
		{ "an XML signature of the text and something else", xml(signs, signs, TWO_OBJECTS(TEXT, OTHER), TEXT),
		    REFUTED, "signed-content",
		    "expected one element that was signed, the text that was to be; found 2" },
		{ "an XML signature of the text twice", xml(signs, signs, TWO_OBJECTS(TEXT, TEXT), TEXT), REFUTED,
		    "signed-content", "found 2" },
		{ "an XML signature of something else, with properties",
		    xml(signs, signs, OBJECT_WITH_PROPERTIES(OTHER), TEXT), REFUTED, "signed-content",
		    "not what was to be signed" },
		{ "an XML signature whose second element turns around",
		    xml(signs, signs, TWO_OBJECTS(TEXT, "a\xe2\x80\xae"), ""), REFUTED, "signed-content", "U+202E" },
		{ "an XML signature with another's certificate", xml(signs, &stage.other, OBJECT(TEXT), TEXT), REFUTED,
		    "document-signature", "another key" },
		{ "an XML signature of a stranger", xml(&stage.stranger, &stage.stranger, OBJECT(TEXT), TEXT), REFUTED,
		    "issuer-key", "" },
		{ "what is no XML", { .form = JPKI_XML, .purpose = S, .signature = span_text("<a>") }, REFUTED,
		    "document",
		    "" },
		{ "a certificate alone",
		    { .form = JPKI_CERTIFICATE, .purpose = S, .certificate = signs->signer.certificate }, NOT_CHECKED,
		    "document-signature", "nothing is signed here" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct jpki_verified v;
		const struct examined *cause;

		list.asked = 0;
		jpki_verify_now(&stage.verifier, &stage.arena, &cases[i].submission, NOW, &v);
		cause = examination_cause(&v.examination);
		if (cause && cases[i].outcome == ESTABLISHED)
			print_error("  %s: %s\n", cause->step, cause->text);
		expect_text(cases[i].title, outcome_name(v.outcome), outcome_name(cases[i].outcome));
		expect_text(cases[i].title, cause ? cause->step : "", cases[i].step ? cases[i].step : "");
		if (cause && !strstr(cause->text, cases[i].part))
			expect_text(cases[i].title, cause->text, cases[i].part);
		expect_number("who is refused is not asked about", list.asked, cases[i].outcome != REFUTED);
		expect_true("what is refused has covered nothing", cases[i].outcome != REFUTED ||
		    v.signed_content.size == 0);
		if (cases[i].outcome == ESTABLISHED && cases[i].submission.content.size)
			expect_span("what was signed is what was asked for", v.signed_content,
			    arena_text(&stage.arena, cases[i].submission.content));
		expect_true("a name is told by a signature's certificate alone",
		    cases[i].outcome != ESTABLISHED ||
		        (v.attributes.name.size != 0) == (cases[i].submission.purpose == JPKI_SIGNATURE));
	}
}

static const char *
step_text(const struct examination *x, const char *step)
{
	for (size_t i = 0; i < x->count; i++)
		if (strcmp(x->steps[i].step, step) == 0)
			return x->steps[i].text;
	return "";
}

static void
all_that_was_signed_is_shown(void **state)
{
	const struct citizen *signs = &stage.of[SIGNATURE];
	struct jpki_submission s = xml(signs, signs, OBJECT_WITH_PROPERTIES("I agree."), "");
	struct jpki_verifier verifier = stage.verifier;
	struct jpki_verified v;

	(void)state;
	verifier.told = true;
	jpki_verify_now(&verifier, &stage.arena, &s, NOW, &v);
	expect_span("element by element", v.signed_content,
	    "<ds:Object xmlns:ds=\"" XML_DS "\" Id=\"o\">I agree.</ds:Object>\n" PROPERTIES);
	s.content = span_text("I agree.");
	jpki_verify_now(&verifier, &stage.arena, &s, NOW, &v);
	expect_span("what was asked for alone, where it was", v.signed_content, "I agree.");
	expect_true("and what stands beside it is told of", strstr(step_text(&v.examination, "signed-content"),
	    "properties of the signature, which nobody reads here"));
}

static void
nothing_but_good_establishes(void **state)
{
	static const struct {
		enum revocation_status status;
		enum outcome outcome;
	} cases[] = {
		{ REVOCATION_GOOD, ESTABLISHED },
		{ REVOCATION_REVOKED, REFUTED },
		{ REVOCATION_EXPIRED, REFUTED },
		{ REVOCATION_UNKNOWN, UNDETERMINED },
		{ REVOCATION_UNAVAILABLE, UNDETERMINED },
	};
	const struct jpki_submission s = challenge(&stage.of[SIGNATURE], JPKI_SIGNATURE, "RS256", EVP_sha256());
	struct jpki_verifier nobody = stage.verifier;
	struct jpki_verified v;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		list.answer.status = cases[i].status;
		jpki_verify_now(&stage.verifier, &stage.arena, &s, NOW, &v);
		expect_text(revocation_status_name(cases[i].status), outcome_name(v.outcome),
		    outcome_name(cases[i].outcome));
		expect_number("the answer is handed on", v.revocation.status, cases[i].status);
		expect_true("of somebody refuted nothing else is", cases[i].outcome != REFUTED ||
		    (v.attributes.name.size == 0 && v.signed_content.size == 0));
	}
	list.answer.status = REVOCATION_GOOD;
	nobody.source_count = 0;
	jpki_verify_now(&nobody, &stage.arena, &s, NOW, &v);
	expect_text("with nobody to ask", outcome_name(v.outcome), "undetermined");
}

static const struct jpki_verified *told;

static void
on_verified(void *arg, const struct jpki_verified *v)
{
	unsigned *count = arg;

	++*count;
	told = v;
}

static void
answers_come_in_their_turn(void **state)
{
	const struct jpki_submission good = challenge(&stage.of[SIGNATURE], JPKI_SIGNATURE, "RS256", EVP_sha256()),
	                             bad = with_content(good, OTHER);
	struct jpki_verifier verifier = stage.verifier;
	struct pending *pending;
	unsigned answers = 0;

	(void)state;
	list.source.ask = list_ask;
	list.asked = 0;
	jpki_verify(&verifier, &stage.arena, &good, NOW, on_verified, &answers);
	expect_number("nobody is called back at once", answers, 0);
	turn_run(&stage.turn);
	expect_number("but in its turn", answers, 1);
	expect_text("with all of it", outcome_name(told->outcome), "established");
	expect_number("by the source", told->revocation.status, REVOCATION_GOOD);

	jpki_verify(&verifier, &stage.arena, &bad, NOW, on_verified, &answers);
	expect_number("nor when it is refused", answers, 1);
	turn_run(&stage.turn);
	expect_number("that comes later, too", answers, 2);
	expect_text("as an answer", outcome_name(told->outcome), "refuted");
	expect_number("for which nobody was asked", list.asked, 1);

	pending = jpki_verify(&verifier, &stage.arena, &bad, NOW, on_verified, &answers);
	pending_cancel(&pending);
	pending = jpki_verify(&verifier, &stage.arena, &good, NOW, on_verified, &answers);
	pending_cancel(&pending);
	turn_run(&stage.turn);
	expect_number("what is cancelled never answers", answers, 2);
	list.source.ask = NULL;
}

static void
all_is_told_where_that_is_asked_for(void **state)
{
	struct jpki_submission s = challenge(&stage.late, JPKI_SIGNATURE, "RS256", EVP_sha256());
	struct jpki_verifier verifier = stage.verifier;
	bool signature = false, attributes = false;
	struct jpki_verified v;

	(void)state;
	verifier.told = true;
	jpki_verify_now(&verifier, &stage.arena, &s, NOW, &v);
	for (size_t i = 0; i < v.examination.count; i++) {
		const struct examined *e = &v.examination.steps[i];

		expect_true("each step has its text", e->text[0]);
		signature = signature || (strcmp(e->step, "document-signature") == 0 && e->outcome == ESTABLISHED);
		attributes = attributes || (strcmp(e->step, "attributes") == 0 && e->outcome == ESTABLISHED);
	}
	expect_true("the steps behind the one that refuses, too", signature && attributes);
	expect_text("and it is refused", outcome_name(v.outcome), "refuted");
}

static void
ecdsa_is_behind_its_switch(void **state)
{
	struct arena *a = &stage.arena;
	const struct authority *ca = &stage.authorities[SIGNATURE];
	const struct holder holder = { .name = "試験　花子", .born = "419900101", .sex = "2", .address = "大阪府大阪市１",
		.municipality = { "Osaka-fu", "Osaka-shi", "27100" }, .from = instant_after(NOW, -DAY),
		.until = instant_after(NOW, 500 * DAY) };
	struct certificate_plan plan = holder_plan(a, ca, &holder, stage.curve, asn_number(a, 0x0ac91c00));
	const struct span der = signature_of(stage.curve, EVP_sha384(), TEXT);
	uint8_t raw[96];
	struct jpki_submission s = { .form = JPKI_CHALLENGE, .purpose = JPKI_SIGNATURE, .algorithm = "ES384",
		.certificate = certificate_sign(a, &plan, ca->key),
		.signature = span_of(raw, sizeof(raw)), .content = span_text(TEXT) };
	struct jpki_verifier verifier = stage.verifier;
	struct jpki_verified v;

	(void)state;
	expect_true("r and s", ecdsa_to_raw(der, sizeof(raw) / 2, raw));
	jpki_verify_now(&verifier, a, &s, NOW, &v);
	expect_text("switched off", outcome_name(v.outcome), "refuted");
	expect_text("by its key", examination_cause(&v.examination)->step, "key");
	verifier.trust.profiles.switches |= SIGNATURES_ECDSA;
	jpki_verify_now(&verifier, a, &s, NOW, &v);
	if (examination_cause(&v.examination))
		print_error("  %s\n", examination_cause(&v.examination)->text);
	expect_text("switched on", outcome_name(v.outcome), "established");
	raw[95] ^= 1;
	jpki_verify_now(&verifier, a, &s, NOW, &v);
	expect_text("another s", examination_cause(&v.examination)->step, "document-signature");
	s.signature = der;
	jpki_verify_now(&verifier, a, &s, NOW, &v);
	expect_text("DER is not what JWS means", outcome_name(v.outcome), "refuted");
	expect_true("by its size", strstr(examination_cause(&v.examination)->text, "expected 96") != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_established_or_refused_by_its_step),
		cmocka_unit_test(all_that_was_signed_is_shown),
		cmocka_unit_test(nothing_but_good_establishes),
		cmocka_unit_test(answers_come_in_their_turn),
		cmocka_unit_test(all_is_told_where_that_is_asked_for),
		cmocka_unit_test(ecdsa_is_behind_its_switch),
	};

	return cmocka_run_group_tests_name("verification", tests, stage_make, stage_end);
}
