/* tests/front/test_jpki.c - proofing by the card as members ask for it over a real socket: who may, in which words,
 * what is told of the person, and what becomes of answers that do not hold.
 *
 * With WATASHI_BODIES every body that went over the wire is left in that directory, for test_jpki_bodies.py.
 */
#include "front/jpki_stage.h"

#include "crypto/signed_data.h"
#include "crypto/signed_xml.h"

#define SIGN "{\"purpose\":\"signature\",\"origin\":\"" ORIGIN "\",\"reference\":\"application 7\",\"what\":\"口座の開設\"}"
#define IDENTIFY "{\"purpose\":\"authentication\",\"origin\":\"" ORIGIN "\"}"
#define NOT_WAITING "no challenge of yours with this id and origin waits"

static struct proofing_stage stage;
static struct scene *const scene = &stage.scene;

static int
raise_stage(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";

	(void)state;
	proofing_open(&stage, 31);
	scene_policy_in(scene, arena_print(&scene->arena, "%s/policy/jp-idtf/1.0", top),
	    scene_facts_in(scene, arena_print(&scene->arena, "%s/policy/facts.json", top)), NULL);
	proofing_front(&stage, NULL);
	return 0;
}

static int
strike_stage(void **state)
{
	(void)state;
	proofing_close(&stage);
	return 0;
}

/* Bodies */

/* `what`: a schema, or a definition of one: "jpki-proof.outcome". */
static void
leave_body(const char *what, struct span body)
{
	static unsigned count;
	const char *directory = getenv("WATASHI_BODIES");
	FILE *f;

	if (!directory)
		return;
	f = fopen(arena_print(&scene->arena, "%s/%s.%u.json", directory, what, count++), "w");
	expect_true("a file for a body", f && fwrite(body.data, 1, body.size, f) == body.size && fclose(f) == 0);
}

static void
begin(const char *body)
{
	int status = ask_challenge(&stage, "bank-1", body);

	expect_answer(scene, "a challenge", status, 201,
	    "Cache-Control: no-store\r\n|Content-Type: application/json\r\n");
	leave_body("jpki-challenge.request", span_text(body));
	leave_body("jpki-challenge.challenge", answer_body(scene));
}

static struct ask entry;

static void
on_entry(void *arg, enum err err, const struct problem *why)
{
	struct ledger_entry found;
	struct hash commitment;
	struct problem own;

	(void)arg;
	scene->done = true;
	expect_ok("the store answers", err, why);
	expect_number("an entry", entry.count, 1);
	expect_ok("that can be read", ledger_entry_loaded(&entry.rows[0], &found, &own), &own);
	expect_number("of its kind", found.kind, LEDGER_PROOFING);
	expect_span("the member's", found.party, "bank");
	leave_body("proofing-entry", found.content);
	/* Whoever was told id and salt can check that this is what the log commits to. */
	commitment = ledger_commitment(found.salt, found.content);
	expect_span("the salt opens it", answer_text(scene, "commitment"),
	    hex_write(&scene->arena, span_of(commitment.bytes, sizeof(commitment.bytes))));
	expect_true("nothing of the person", !memmem(found.content.data, found.content.size, "試験", strlen("試験")) &&
	    !memmem(found.content.data, found.content.size, "handle", strlen("handle")));
}

static void
look_at_entry(void)
{
	struct id id;

	expect_true("an id", ledger_id_read(answer_text(scene, "id"), &id));
	entry = (struct ask){ .table = &ledger_entry_table, .from = id_span(&id) };
	scene->done = false;
	store_load(scene->store, &entry, 1, on_entry, NULL);
	while (!scene->done)
		store_memory_step(scene->store, clock_now());
}

static void
prove(const char *title, const char *body, const char *parts)
{
	expect_answer(scene, title, submit(&stage, "bank-1", body), 200, "Cache-Control: no-store\r\n");
	expect_answer(scene, title, 200, 200, parts);
	leave_body("jpki-proof.proof", span_text(body));
	leave_body("jpki-proof.outcome", answer_body(scene));
	look_at_entry();
}

/* Who may ask */

static void
only_whom_the_law_lets_is_given_a_challenge(void **state)
{
	static const struct {
		const char *title, *caller;
		int status;
		const char *parts;
	} cases[] = {
		{ "a caller nobody knows", "nobody", 401, "WWW-Authenticate: Bearer realm=\"watashi\"" },
		{ "one without the right", "point", 403, "this caller has no right to ask for proofing" },
		{ "one whose accreditation has run out", "late-1", 403, "neither an accreditation" },
		{ "one that entrusted it", "bank-1", 201, "\"purpose\":\"signature\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(scene, cases[i].title, scene_post(scene, cases[i].caller, "/v1/jpki/challenges", SIGN),
		    cases[i].status, cases[i].parts);
	expect_answer(scene, "no credentials", scene_send(scene, "POST /v1/jpki/challenges",
	    "Content-Type: application/json\r\n", SIGN), 401, "WWW-Authenticate: Bearer");
}

static void
whoever_asks_too_often_is_told_to_wait(void **state)
{
	int status = 0;

	(void)state;
	scene_caller(scene, "bank-slow", "bank", CALLER_PROOFING, 1);
	for (int i = 0; i < 5 && status != 429; i++)
		status = scene_post(scene, "bank-slow", "/v1/jpki/challenges", SIGN);
	expect_answer(scene, "more than one a second", status, 429,
	    "Retry-After: |this caller asks more often than was agreed");
}

/* Bodies that are not taken */

#define CONTINUES(what) "{\"purpose\":\"signature\",\"origin\":\"" ORIGIN "\",\"continues\":" what "}"
#define HANDLE "0123456789abcdef0123456789abcdef"
#define CAPITALS "0123456789ABCDEF0123456789ABCDEF"

static void
a_request_is_refused_in_words_that_say_what_was_expected(void **state)
{
	static const struct {
		const char *title, *body;
		int status;
		const char *parts;
	} cases[] = {
		{ "no JSON", "{", 400, "expected a name or '}', found the end" },
		{ "an array", "[]", 400, "expected an object" },
		{ "nothing", "", 400, "expected a value, found the end" },
		{ "no purpose", "{}", 400, "/purpose: expected signature or authentication, found nothing" },
		{ "another purpose", "{\"purpose\":\"both\"}", 400,
		    "/purpose: expected signature or authentication, found \\\"both\\\"" },
		{ "a purpose that is none", "{\"purpose\":7}", 400, "/purpose: expected a text" },
		{ "twice", "{\"purpose\":\"signature\",\"purpose\":\"authentication\"}", 400, "/purpose" },
		{ "a member nobody knows", "{\"purpose\":\"signature\",\"orign\":\"x\"}", 400, "/orign: " },
		{ "an origin that no browser writes",
		    "{\"purpose\":\"signature\",\"origin\":\"https://www.bank.example/\"}", 400,
		    "/origin: expected an origin such as \\\"https://service.example\\\"" },
		{ "an origin without a text", "{\"purpose\":\"signature\",\"origin\":\"\"}", 400, "/origin: " },
		{ "two lines", "{\"purpose\":\"signature\",\"what\":\"a\\nb\"}", 400, "/what: expected one line" },
		{ "an individual number", "{\"purpose\":\"signature\",\"what\":\"123456789018\"}", 400,
		    "/what: this looks like an individual number" },
		{ "to continue a word", CONTINUES("\"x\""), 400, "/continues: expected an object" },
		{ "to continue nothing", CONTINUES("{}"), 400, "/continues: expected a handle, found none" },
		{ "to continue a handle alone", CONTINUES("{\"handle\":\"" HANDLE "\"}"), 400,
		    "/continues: expected the purpose and medium of the outcome" },
		{ "a handle too short", CONTINUES("{\"handle\":\"0123\"}"), 400, "/continues/handle: expected" },
		{ "a handle of capitals", CONTINUES("{\"handle\":\"" CAPITALS "\",\"purpose\":\"signature\","
		    "\"medium\":\"card\"}"), 400, "/continues/handle: expected the handle of an earlier outcome" },
		{ "to continue by name", CONTINUES("{\"handle\":\"" HANDLE "\",\"name\":\"x\"}"), 400,
		    "/continues/name: unknown member" },
		{ "to continue another purpose", CONTINUES("{\"handle\":\"" HANDLE "\",\"purpose\":\"both\"}"), 400,
		    "/continues/purpose: expected signature or authentication, found \\\"both\\\"" },
		{ "to continue another medium", CONTINUES("{\"handle\":\"" HANDLE "\",\"medium\":\"watch\"}"), 400,
		    "/continues/medium: expected card or phone, found \\\"watch\\\"" },
		{ "another's relying party", "{\"purpose\":\"signature\",\"relying_party\":\"https://shop.example/\"}",
		    404, "with the role rp" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(scene, cases[i].title, scene_post(scene, "bank-1", "/v1/jpki/challenges", cases[i].body),
		    cases[i].status, cases[i].parts);
}

static void
a_proof_is_refused_in_words_that_say_what_was_expected(void **state)
{
	static const struct {
		const char *title, *body;
		int status;
		const char *parts;
	} cases[] = {
		{ "no JSON", "nothing", 400, "expected an object" },
		{ "nothing of it", "{}", 400,
		    "expected algorithm, certificate and signature, or cms, or xml; found none" },
		{ "a member nobody knows", "{\"cms\":\"AAAA\",\"pin\":\"1234\"}", 400, "/pin: " },
		{ "two forms at once", "{\"cms\":\"AAAA\",\"xml\":\"<a/>\"}", 400, "found more than one of them" },
		{ "a signature beside a document", "{\"cms\":\"AAAA\",\"signature\":\"AAAA\"}", 400,
		    "found more than one of them" },
		{ "twice", "{\"cms\":\"AAAA\",\"cms\":\"AAAA\"}", 400, "/cms: " },
		{ "no certificate", "{\"algorithm\":\"RS256\",\"signature\":\"AAAA\"}", 400,
		    "/certificate: expected with the others, found nothing" },
		{ "no signature", "{\"algorithm\":\"RS256\",\"certificate\":\"AAAA\"}", 400,
		    "/signature: expected with the others, found nothing" },
		{ "no algorithm", "{\"certificate\":\"AAAA\",\"signature\":\"AAAA\"}", 400,
		    "/algorithm: expected with the others, found nothing" },
		{ "another algorithm", "{\"algorithm\":\"HS256\"}", 400,
		    "/algorithm: expected one of RS256, RS384, RS512, ES256, ES384, found \\\"HS256\\\"" },
		{ "base64 with blanks", "{\"cms\":\"AA AA\"}", 400, "/cms: expected base64 (RFC 4648 s4)" },
		{ "base64 of URLs", "{\"cms\":\"-_-_\"}", 400, "/cms: expected base64 (RFC 4648 s4)" },
		{ "a text that is none", "{\"xml\":7}", 400, "/xml: expected a text" },
	};
	const char *large;
	char *filler;

	(void)state;
	begin(SIGN);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(scene, cases[i].title, submit(&stage, "bank-1", cases[i].body), cases[i].status,
		    cases[i].parts);
	filler = arena_space(&scene->arena, 129 * KIB);
	memset(filler, 'A', 129 * KIB - 1);
	filler[129 * KIB - 1] = '\0';
	large = arena_print(&scene->arena, "{\"cms\":\"%s\"}", filler);
	expect_answer(scene, "too large", submit(&stage, "bank-1", large), 413, "131072");
	expect_answer(scene, "what is no id", scene_post(scene, "bank-1", "/v1/jpki/challenges/7/proof", "{}"), 404,
	    "expected the id of a challenge, 32 hexadecimal digits, in the path");
	/* None of these used the challenge up. */
	prove("and then a good one", proof_by(&stage, SIGNATURE), "\"outcome\":\"established\"");
}

/* What is told */

static void
a_good_proof_tells_what_the_record_allows_and_no_more(void **state)
{
	struct span handle;

	(void)state;
	stage.source.says = REVOCATION_GOOD;
	begin(SIGN);
	expect_true("the text names who asks, for what", memmem(stage.text.data, stage.text.size, "The bank", 8) &&
	    memmem(stage.text.data, stage.text.size, "口座の開設", strlen("口座の開設")));
	prove("a signature", proof_by(&stage, SIGNATURE), "\"outcome\":\"established\"|\"purpose\":\"signature\"|"
	    "\"medium\":\"card\"|\"world\":\"test\"|\"reference\":\"application 7\"|"
	    "\"revocation\":{\"status\":\"good\"},|"
	    "\"attributes\":{\"name\":\"試験　太郎\",\"name_substituted\":\"00000\",\"age_over\":{\"18\":true}},|"
	    "\"receipt\":\"/v1/receipts/|"
	    "!\"failed\"|!ac91af8|!AC91AF8|!1980|!渋谷");
	handle = answer_text(scene, "handle");
	expect_number("a handle", handle.size, 32);
	begin(SIGN);
	prove("the same certificate", proof_by(&stage, SIGNATURE),
	    arena_print(&scene->arena, "\"handle\":\"%.*s\"", SPAN_ARGS(handle)));
	expect_number("another member's challenge", ask_challenge(&stage, "shop-1", SIGN), 201);
	expect_answer(scene, "has another handle, and is told nothing, for it asks for nothing",
	    submit(&stage, "shop-1", proof_by(&stage, SIGNATURE)), 200, arena_print(&scene->arena,
	    "\"outcome\":\"established\"|!\"attributes\"|!\"handle\":\"%.*s\"", SPAN_ARGS(handle)));
	proofing_member(&stage, "shop", ASKS_FOR("gender") "," ASKS_FOR("address_region") "," ASKS_FOR("jpki_other") ","
	    ASKS_FOR("birthdate") "," ASKS_FOR("address") "," ASKS_FOR("age_over_20"), stage.entrusted);
	expect_number("who asks for all of it", ask_challenge(&stage, "shop-1", SIGN), 201);
	expect_answer(scene, "is told all of it", submit(&stage, "shop-1", proof_by(&stage, SIGNATURE)), 200,
	    "\"sex\":\"male\"|\"prefecture\":\"東京都\"|\"birthdate\":\"1980-02-17\"|\"age_over\":{\"20\":true}|"
	    "!\"name\"");
	begin(IDENTIFY);
	prove("an authentication tells nothing of the person", proof_by(&stage, AUTHENTICATION),
	    "\"outcome\":\"established\"|\"purpose\":\"authentication\"|!\"attributes\"");
}

static void
whether_it_is_the_same_person_is_told(void **state)
{
	struct span handle;

	(void)state;
	begin(SIGN);
	prove("an earlier one", proof_by(&stage, SIGNATURE), "\"outcome\":\"established\"|!\"continuity\"");
	handle = answer_text(scene, "handle");
	begin(arena_print(&scene->arena, CONTINUES("{\"handle\":\"%.*s\",\"purpose\":\"signature\","
	    "\"medium\":\"card\"}"), SPAN_ARGS(handle)));
	expect_true("the text says so", memmem(stage.text.data, stage.text.size, "the same person's", 17) != NULL);
	prove("the very same certificate", proof_by(&stage, SIGNATURE), "\"continuity\":\"same\"");
	begin(CONTINUES("{\"handle\":\"" HANDLE "\",\"purpose\":\"authentication\",\"medium\":\"card\"}"));
	prove("another, and nobody to ask", proof_by(&stage, SIGNATURE), "\"continuity\":\"unavailable\"");
	begin(CONTINUES("{\"handle\":\"" HANDLE "\",\"purpose\":\"authentication\",\"medium\":\"phone\"}"));
	prove("another, which nothing links", proof_by(&stage, SIGNATURE), "\"continuity\":\"unknown\"");
}

static void
flags_that_fit_no_text_are_told_as_such(void **state)
{
	EVP_PKEY *kept = stage.keys[SIGNATURE];
	struct span certificate = stage.certificates[SIGNATURE];
	static const struct { const char *title, *flags, *parts; } cases[] = {
		{ "one character stands for another", "00010", "\"name_substituted\":\"00010\"|!substitution_unclear" },
		{ "a flag too few", "0001", "\"name_substituted\":\"0001\"|\"substitution_unclear\":true" },
	};

	(void)state;
	stage.source.says = REVOCATION_GOOD;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_card_with(&stage, SIGNATURE, cases[i].flags);
		begin(SIGN);
		prove(cases[i].title, proof_by(&stage, SIGNATURE), cases[i].parts);
		EVP_PKEY_free(stage.keys[SIGNATURE]);
	}
	stage.keys[SIGNATURE] = kept;
	stage.certificates[SIGNATURE] = certificate;
}

static void
a_challenge_is_answered_once_by_who_asked(void **state)
{
	const char *good, *elsewhere;
	unsigned asked = stage.source.asked;

	(void)state;
	begin(SIGN);
	good = proof_by(&stage, SIGNATURE);
	elsewhere = "{\"cms\":\"AAAA\",\"origin\":\"https://www.bank.example.evil.example\"}";
	expect_answer(scene, "another member", submit(&stage, "shop-1", good), 404, NOT_WAITING);
	expect_answer(scene, "another origin", submit(&stage, "bank-1", elsewhere), 404, NOT_WAITING);
	expect_answer(scene, "no origin", submit(&stage, "bank-1", "{\"cms\":\"AAAA\"}"), 404, NOT_WAITING);
	expect_answer(scene, "another id", scene_post(scene, "bank-1",
	    "/v1/jpki/challenges/00000000000000000000000000000000/proof", good), 404, NOT_WAITING);
	expect_number("and nobody was asked", stage.source.asked, asked);
	prove("none of which used it up", good, "\"outcome\":\"established\"");
	expect_answer(scene, "a replay", submit(&stage, "bank-1", good), 404, NOT_WAITING);
	expect_number("is not looked at", stage.source.asked, asked + 1);
}

/* What the ledger keeps */

static int
read_entry(const char *id, const char *authorization)
{
	return scene_send(scene, arena_print(&scene->arena, "GET /v1/ledger/entries/%s", id),
	    arena_print(&scene->arena, "Authorization: %s\r\n", authorization), "");
}

static void
its_entry_is_shown_to_whom_it_concerns(void **state)
{
	struct arena *a = &scene->arena;
	const char *id, *salt;

	(void)state;
	scene_caller(scene, "bank-decides", "bank", CALLER_DECIDE, PROOFING_RATE);
	scene_caller(scene, "bank-proves", "bank", CALLER_PROOFING, PROOFING_RATE);
	scene_caller(scene, "bank-vouches", "bank", CALLER_VOUCH, PROOFING_RATE);
	scene_caller(scene, "bank-audits", "bank", CALLER_DECIDE | CALLER_AUDIT, PROOFING_RATE);
	scene_caller(scene, "auditor", "records", CALLER_AUDIT, PROOFING_RATE);
	begin(SIGN);
	prove("a proofing", proof_by(&stage, SIGNATURE), "\"outcome\":");
	id = arena_text(a, answer_text(scene, "id"));
	salt = arena_text(a, answer_text(scene, "salt"));
	{
		const struct {
			const char *title, *caller;
			int status;
			const char *parts;
		} cases[] = {
			{ "who asked", "bank-proves", 200, "\"kind\":\"proofing\"|\"steps\":[" },
			{ "who decides on it", "bank-decides", 200, "\"kind\":\"proofing\"" },
			{ "an auditor", "auditor", 200, "\"kind\":\"proofing\"" },
			{ "who only vouches for the member", "bank-vouches", 404, "no entry of yours has this ID" },
			{ "another member", "shop-1", 404, "no entry of yours has this ID" },
		};

		for (size_t i = 0; i < COUNT(cases); i++)
			expect_answer(scene, cases[i].title, read_entry(id, arena_print(a, "Bearer %s",
			    scene_token(scene, cases[i].caller))), cases[i].status, cases[i].parts);
	}
	expect_answer(scene, "whoever was told the salt", read_entry(id, arena_print(a, "Receipt %s", salt)), 200,
	    "\"kind\":\"proofing\"");
	expect_number("a decision", scene_ask(scene, "bank-audits", "evaluation", "{\"subject\":{\"type\":\"user\","
	    "\"id\":\"u\"},\"action\":{\"name\":\"enter\"},\"resource\":{\"type\":\"door\",\"id\":\"d\"},"
	    "\"context\":{\"framework\":\"jp-idtf\",\"version\":\"1.0\",\"requires\":{\"registration\":\"1\"}}}"),
	    200);
	id = strstr(scene->answer, "\"evaluation_id\":\"");
	expect_true("with its id", id != NULL);
	id = arena_print(a, "%.32s", id + strlen("\"evaluation_id\":\""));
	expect_number("who decides sees it", read_entry(id, arena_print(a, "Bearer %s", scene_token(scene,
	    "bank-decides"))), 200);
	expect_number("who only has people proved does not", read_entry(id, arena_print(a, "Bearer %s",
	    scene_token(scene, "bank-proves"))), 404);
}

/* The same text in documents */

static struct cms_signer
signer_of(enum purpose purpose)
{
	const uint8_t *der = stage.certificates[purpose].data;
	struct cms_signer s = { .key = stage.keys[purpose], .certificate = stage.certificates[purpose] };

	s.x509 = d2i_X509(NULL, &der, (long)stage.certificates[purpose].size);
	expect_true("a certificate", s.x509 != NULL);
	return s;
}

static const char *
cms_of(enum purpose purpose, struct span text, unsigned flags)
{
	struct cms_signer signer = signer_of(purpose);
	struct span cms = cms_by_openssl(&scene->arena, &signer, 1, text, flags, EVP_sha256());

	X509_free(signer.x509);
	return arena_print(&scene->arena, "{\"cms\":\"%s\",\"origin\":\"" ORIGIN "\"}", base64_of(&stage, cms));
}

static void
add_escaped(struct buffer *b, struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '&' || text.data[i] == '<' || text.data[i] == '>')
			buffer_print(b, "&#%u;", text.data[i]);
		else
			buffer_byte(b, text.data[i]);
}

static const char *
xml_of(enum purpose purpose, struct span text)
{
	struct signing_key key = signing_key_new(&scene->arena, stage.keys[purpose]);
	struct buffer template = buffer_init(32 * KIB), body = buffer_init(64 * KIB);
	const char *end = "</ds:SignatureValue>", *made;
	struct span document;
	const uint8_t *at;

	buffer_text(&template, "<ds:Signature xmlns:ds=\"" XML_DS "\"><ds:SignedInfo>" T_C14N T_METHOD(XML_RSA)
	    T_REFERENCE("#o", T_EXCLUSIVE, XML_SHA256) "</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue>"
	    "<ds:Object Id=\"o\">");
	add_escaped(&template, text);
	buffer_text(&template, "</ds:Object></ds:Signature>");
	document = xml_sign(&scene->arena, arena_text(&scene->arena, buffer_span(&template)), &key);
	at = memmem(document.data, document.size, end, strlen(end));
	expect_true("a signature's value", at != NULL);
	at += strlen(end);
	made = arena_print(&scene->arena, "%.*s<ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate>"
	    "</ds:X509Data></ds:KeyInfo>%.*s", (int)(at - document.data), (const char *)document.data,
	    base64_of(&stage, stage.certificates[purpose]), (int)(document.size - (size_t)(at - document.data)), at);
	buffer_text(&body, "{\"xml\":");
	json_write_string(&body, span_text(made));
	buffer_text(&body, ",\"origin\":\"" ORIGIN "\"}");
	made = arena_text(&scene->arena, buffer_span(&body));
	buffer_release(&template);
	buffer_release(&body);
	return made;
}

static void
documents_of_the_text_are_proofs_too(void **state)
{
	static const char good[] = "\"outcome\":\"established\"|\"attributes\":{\"name\":\"試験　太郎\"";

	(void)state;
	stage.source.says = REVOCATION_GOOD;
	begin(SIGN);
	prove("a SignedData", cms_of(SIGNATURE, stage.text, 0), good);
	begin(SIGN);
	prove("a detached one", cms_of(SIGNATURE, stage.text, CMS_DETACHED), good);
	begin(SIGN);
	prove("an XML signature", xml_of(SIGNATURE, stage.text), good);
	begin(SIGN);
	prove("a SignedData of another text", cms_of(SIGNATURE, span_text("another"), 0),
	    "\"outcome\":\"refuted\"|\"failed\":{\"step\":\"signed-content\"|!\"attributes\"|!\"handle\"");
	begin(SIGN);
	prove("an XML signature of another text", xml_of(SIGNATURE, span_text("another")),
	    "\"outcome\":\"refuted\"|\"failed\":{\"step\":\"signed-content\"|!\"attributes\"");
	begin(SIGN);
	prove("what is no XML", "{\"xml\":\"no\",\"origin\":\"" ORIGIN "\"}",
	    "\"outcome\":\"refuted\"|\"failed\":{\"step\":\"document\"");
}

/* What does not hold is an outcome */

static void
what_does_not_hold_is_an_outcome_with_its_step(void **state)
{
	static const struct {
		enum revocation_status says;
		const char *parts;
	} cases[] = {
		{ REVOCATION_REVOKED, "\"outcome\":\"refuted\"|"
		    "\"failed\":{\"step\":\"revocation\"|\"status\":\"revoked\"|\"title\":{\"ja\":\"失効\",|"
		    "\"meaning\":{\"ja\":\"電子証明書は失効しているか、一時的に停止されているか、有効期間を過ぎています。" },
		{ REVOCATION_UNKNOWN, "\"outcome\":\"undetermined\"|\"failed\":{\"step\":\"revocation\"|"
		    "\"status\":\"unknown\"" },
		{ REVOCATION_UNAVAILABLE, "\"outcome\":\"undetermined\"|\"status\":\"unavailable\"" },
		{ REVOCATION_EXPIRED, "\"status\":\"expired\"" },
	};
	const char *other;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		stage.source.says = cases[i].says;
		begin(SIGN);
		prove(revocation_status_name(cases[i].says), proof_by(&stage, SIGNATURE), arena_print(&scene->arena,
		    "%s|!\"attributes\"|!\"handle\"|!試験", cases[i].parts));
	}
	stage.source.says = REVOCATION_GOOD;
	begin(SIGN);
	prove("the certificate of the other purpose", proof_by(&stage, AUTHENTICATION),
	    "\"outcome\":\"refuted\"|\"failed\":{\"step\":\"issuer\"|expected a certificate for signature, "
	    "found one that|\"status\":\"not-checked\"|!\"attributes\"");
	begin(IDENTIFY);
	prove("and the other way round", proof_by(&stage, SIGNATURE),
	    "\"outcome\":\"refuted\"|\"failed\":{\"step\":\"issuer\"|expected a certificate for authentication|"
	    "!\"attributes\"|!試験");
	begin(SIGN);
	other = proof_by(&stage, SIGNATURE);
	begin(SIGN);
	prove("a signature over another challenge", other,
	    "\"outcome\":\"refuted\"|\"failed\":{\"step\":\"document-signature\"");
	begin(SIGN);
	prove("a certificate that is none", "{\"algorithm\":\"RS256\",\"certificate\":\"AAAA\",\"signature\":\"AAAA\","
	    "\"origin\":\"" ORIGIN "\"}", "\"outcome\":\"refuted\"|\"failed\":{\"step\":\"form\"|!\"medium\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_whom_the_law_lets_is_given_a_challenge),
		cmocka_unit_test(whoever_asks_too_often_is_told_to_wait),
		cmocka_unit_test(a_request_is_refused_in_words_that_say_what_was_expected),
		cmocka_unit_test(a_proof_is_refused_in_words_that_say_what_was_expected),
		cmocka_unit_test(a_good_proof_tells_what_the_record_allows_and_no_more),
		cmocka_unit_test(whether_it_is_the_same_person_is_told),
		cmocka_unit_test(flags_that_fit_no_text_are_told_as_such),
		cmocka_unit_test(a_challenge_is_answered_once_by_who_asked),
		cmocka_unit_test(its_entry_is_shown_to_whom_it_concerns),
		cmocka_unit_test(documents_of_the_text_are_proofs_too),
		cmocka_unit_test(what_does_not_hold_is_an_outcome_with_its_step),
	};

	return cmocka_run_group_tests(tests, raise_stage, strike_stage);
}
