/* tests/front/test_saml_metadata.c - our identity provider's own metadata: what it offers and what not, and that the
 * schemas, the registry's rules, xmlsec1 and samlsign take it. */
#include "crypto/scratch.h"

#include "codec/text.h"
#include "crypto/certificate.h"
#include "front/saml/idp_metadata.h"
#include "registry/validation.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define BINDING "urn:oasis:names:tc:SAML:2.0:bindings:"
#define SCHEMAS "/usr/share/xml"
#define ENTITY_ID "https://id.example/saml?a=1&b=2"
#define LOCATION(name, binding, path) \
	"<md:" name " Binding=\"" BINDING binding "\" Location=\"https://id.example/saml/" path "\"></md:" name ">"
#define SSO(binding) LOCATION("SingleSignOnService", binding, "sso")
#define SLO(binding) LOCATION("SingleLogoutService", binding, "slo")

static const char *const digests[] = { "http://www.w3.org/2001/04/xmlenc#sha256", NULL };
static const char *const signatures[] = { "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", NULL };
static const char *const ciphers[] = { "http://www.w3.org/2009/xmlenc11#aes256-gcm",
	"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", NULL };
static const char *const formats[] = { "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", NULL };

static struct scene {
	struct arena arena;
	struct scratch dir;
	struct key *key, *second;
	struct span certificates[2];
	struct instant now;
} scene;

static struct key *
scene_key(const char *name, struct span *certificate)
{
	const struct certificate_name subject = { .common_name = "id.example" };
	const char *uri = arena_print(&scene.arena, "file:%s.pem", name);
	struct problem why;
	struct key *key;

	expect_ok("a key", key_generate(uri, scene.dir.path, KEY_RSA_2048, &why), &why);
	expect_ok("opened", key_open(uri, scene.dir.path, &key, &why), &why);
	expect_ok("its certificate", certificate_self_signed(key, &subject, instant_after(scene.now, -SECONDS(3600)),
	    instant_after(scene.now, SECONDS(365 * 86400)), &scene.arena, certificate, &why), &why);
	return key;
}

static int
open_scene(void **state)
{
	(void)state;
	/* Verifiers look at their own clock. */
	scene = (struct scene){ .arena = arena_init(16 * MIB), .dir = scratch_new(), .now = clock_now() };
	scene.key = scene_key("one", &scene.certificates[0]);
	scene.second = scene_key("two", &scene.certificates[1]);
	scratch_write(&scene.dir, "cert.pem", span_text(certificate_to_pem(scene.certificates[0], &scene.arena)), 0644);
	return 0;
}

static int
close_scene(void **state)
{
	(void)state;
	key_free(scene.key);
	key_free(scene.second);
	scratch_free(&scene.dir);
	arena_release(&scene.arena);
	return 0;
}

/* What there is to say, each part switched by a bit. */
enum {
	LOGOUT = 1, ERRORS = 2, ROLLING = 4, DECRYPTS = 8, ALGORITHMS = 16, FORMATS = 32, SCOPED = 64, REGISTERED = 128,
	EVERYTHING = 255,
};

struct offered {
	struct idp_descriptor descriptor;
	struct span scope;
	struct member_contact contacts[2];
	struct member_record about;
	struct member_entity shown;
	struct publish_settings publish;
	struct idp_metadata_source source;
};

static void
offer(struct offered *o, unsigned parts)
{
	o->descriptor = (struct idp_descriptor){
		.entity_id = span_text(ENTITY_ID),
		.sso_url = span_text("https://id.example/saml/sso"),
		.slo_url = span_text(parts & LOGOUT ? "https://id.example/saml/slo" : ""),
		.error_url = span_text(parts & ERRORS ? "https://id.example/saml/error?code=ERRORURL_CODE&ts=1" : ""),
		.signing = scene.certificates, .signing_count = parts & ROLLING ? 2 : 1,
		.encryption = scene.certificates + 1, .encryption_count = parts & DECRYPTS ? 1 : 0,
		.digests = parts & ALGORITHMS ? digests : NULL, .signatures = parts & ALGORITHMS ? signatures : NULL,
		.ciphers = parts & ALGORITHMS ? ciphers : NULL, .name_id_formats = parts & FORMATS ? formats : NULL,
	};
	o->scope = span_text("id.example");
	o->contacts[0] = (struct member_contact){ .type = span_text("technical"), .given_name = span_text("Tech <1>"),
		.email = span_text("tech@id.example") };
	o->contacts[1] = (struct member_contact){ .type = span_text("security"), .given_name = span_text("Security"),
		.email = span_text("csirt@id.example") };
	o->about = (struct member_record){
		.id = span_text("watashi"),
		.name = { span_text("\xe8\xaa\x8d\xe8\xa8\xbc"), span_text("Identity & Co") },
		.description = { span_text("\xe8\xaa\x8d\xe8\xa8\xbc"), span_text("About") },
		.url = { span_text("https://id.example/"), span_text("https://id.example/en") },
		.logo = { span_text("https://id.example/logo.png"), 100, 80 },
		.contacts = o->contacts, .contact_count = 2,
	};
	o->shown = (struct member_entity){
		.privacy_url = { span_text("https://id.example/privacy"), span_text("https://id.example/privacy/en") },
		.scopes = &o->scope, .scope_count = parts & SCOPED ? 1 : 0,
	};
	o->publish = (struct publish_settings){
		.registration_authority = parts & REGISTERED ? "https://id.example/" : NULL,
		.registration_policy = "https://id.example/policy",
		.valid_for = SECONDS(14 * 86400), .cache_for = SECONDS(6 * 3600),
		.key_type = KEY_RSA_2048, .certificate = scene.certificates[0],
	};
	o->source = (struct idp_metadata_source){ &o->descriptor, &o->about, &o->shown, scene.now, &o->publish };
}

static struct span
unsigned_document(struct arena *arena, unsigned parts)
{
	struct assembly assembly;
	struct instant next;
	struct problem why;
	struct offered o;

	offer(&o, parts);
	expect_ok("assembled", idp_metadata_assemble(arena, &o.source, scene.now, &assembly, &next, &why), &why);
	expect_number("no certification, no further change", next.us, 0);
	return span_text(arena_print(arena, "%.*s%.*s", SPAN_ARGS(assembly.head), SPAN_ARGS(assembly.content)));
}

/* What stands there with the part, and not without it; `part` 0: always. */
static const struct offer_case {
	const char *title;
	unsigned part;
	const char *text;
} offers[] = {
	{ "its name, escaped", 0, " entityID=\"https://id.example/saml?a=1&amp;b=2\"" },
	{ "until when", 0, " validUntil=\"" },
	{ "login by Redirect before POST", 0, SSO("HTTP-Redirect") SSO("HTTP-POST") },
	{ "its names for people", 0, "<mdui:DisplayName xml:lang=\"en\">Identity &amp; Co</mdui:DisplayName>" },
	{ "its logo", 0, "<mdui:Logo height=\"80\" width=\"100\">https://id.example/logo.png</mdui:Logo>" },
	{ "privacy", 0, "<mdui:PrivacyStatementURL xml:lang=\"en\">https://id.example/privacy/en<" },
	{ "who stands behind it", 0, "<md:OrganizationURL xml:lang=\"ja\">https://id.example/</md:OrganizationURL>" },
	{ "contacts", 0, "<md:GivenName>Tech &lt;1&gt;</md:GivenName><md:EmailAddress>mailto:tech@id.example<" },
	{ "whom to tell of incidents", 0, " remd:contactType=\"http://refeds.org/metadata/contactType/security\"" },
	{ "logout", LOGOUT, SLO("HTTP-Redirect") SLO("HTTP-POST") },
	{ "where people are led after errors", ERRORS,
	  " errorURL=\"https://id.example/saml/error?code=ERRORURL_CODE&amp;ts=1\"" },
	{ "a second key that signs", ROLLING, "</md:KeyDescriptor><md:KeyDescriptor use=\"signing\">" },
	{ "a key to encrypt for", DECRYPTS, "<md:KeyDescriptor use=\"encryption\">" },
	{ "how it is encrypted", ALGORITHMS,
	  "<md:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\">"
	  "</md:EncryptionMethod><md:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\">" },
	{ "digests", ALGORITHMS, "<alg:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">" },
	{ "signatures, the preferred first", ALGORITHMS,
	  "<alg:SigningMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></alg:SigningMethod>"
	  "<alg:SigningMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\">" },
	{ "formats of names", FORMATS, "<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient<"
	  "/md:NameIDFormat><md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent<" },
	{ "of whom it speaks", SCOPED, "<shibmd:Scope regexp=\"false\">id.example</shibmd:Scope>" },
	{ "who registered it", REGISTERED, "<mdrpi:RegistrationInfo registrationAuthority=\"https://id.example/\"" },
};

static void
what_is_served_is_offered_and_nothing_else(void **state)
{
	struct arena arena = arena_init(16 * MIB);
	struct span all = unsigned_document(&arena, EVERYTHING);

	(void)state;
	for (size_t i = 0; i < COUNT(offers); i++) {
		const struct offer_case *c = &offers[i];
		struct span less = unsigned_document(&arena, EVERYTHING & ~c->part);

		expect_true(c->title, memmem(all.data, all.size, c->text, strlen(c->text)) != NULL);
		expect_true(c->title,
		    (memmem(less.data, less.size, c->text, strlen(c->text)) == NULL) == (c->part != 0));
	}
	arena_release(&arena);
}

/* Each key once, in the order given, and of the certificate nothing but itself. */
static void
keys_stand_in_their_order(void **state)
{
	struct arena arena = arena_init(16 * MIB);
	struct span document = unsigned_document(&arena, EVERYTHING);
	const uint8_t *at = document.data, *end = document.data + document.size;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		/* The one that signs, the one that will, and the one to encrypt for, which is the second, too. */
		const char *key = arena_print(&arena, "<ds:X509Certificate>%.*s</ds:X509Certificate>",
		    SPAN_ARGS(base64_write(&arena, scene.certificates[i ? 1 : 0])));

		at = memmem(at, (size_t)(end - at), key, strlen(key));
		expect_true("a key in its place", at != NULL);
		at += strlen(key);
	}
	expect_true("and no other", memmem(at, (size_t)(end - at), "<ds:X509Certificate>", 20) == NULL);
	arena_release(&arena);
}

static void
the_rules_of_the_registry_find_nothing(void **state)
{
	static const unsigned all_parts[] = { EVERYTHING, REGISTERED, REGISTERED | DECRYPTS, EVERYTHING & ~LOGOUT };
	const struct validation_settings settings = { .schemas = SCHEMAS };
	struct validator *validator;
	struct problem why;

	(void)state;
	if (validator_new(&settings, &validator, &why) == ERR_NOT_FOUND) {
		print_message("skipped: %s\n", why.text);
		skip();
	}
	for (size_t i = 0; i < COUNT(all_parts); i++) {
		struct arena arena = arena_init(16 * MIB);
		struct rule_finding *found;
		struct projected p;
		struct offered o;
		size_t count;

		offer(&o, all_parts[i]);
		expect_ok("projected", idp_metadata_project(&arena, &o.source, scene.now, &p, &why), &why);
		validate_entity(validator, &arena, &(struct validation_subject){ .entity = &p.entity,
		    .fragment = &p.fragment, .now = scene.now, .claimed = p.claimed, .claimed_count = p.claimed_count },
		    &found, &count);
		for (size_t n = 0; n < count; n++)
			print_error("  %.*s at %.*s: %.*s\n", SPAN_ARGS(found[n].rule), SPAN_ARGS(found[n].element),
			    SPAN_ARGS(found[n].found));
		expect_number("findings", count, 0);
		arena_release(&arena);
	}
	validator_free(validator);
}

static void
expect_run(const char *title, const char *command, bool good)
{
	char text[4096];

	if ((scratch_run(&scene.dir, command) == 0) == good)
		return;
	scratch_read(&scene.dir, "output", text, sizeof(text));
	fail_msg("%s: %s\n%s", title, command, text);
}

#define XMLSEC "xmlsec1 --verify --pubkey-cert-pem cert.pem --enabled-reference-uris same-doc --id-attr:ID " MD \
	":EntityDescriptor "

static void
others_verify_the_signed_document(void **state)
{
	struct arena arena = arena_init(16 * MIB);
	struct buffer b = buffer_init(4 * MIB);
	struct assembly assembly;
	struct span signature, document, forged;
	struct instant next;
	struct problem why;
	struct offered o;
	uint8_t *at;

	(void)state;
	offer(&o, EVERYTHING);
	expect_ok("assembled", idp_metadata_assemble(&arena, &o.source, scene.now, &assembly, &next, &why), &why);
	expect_ok("signed", key_sign(scene.key, assembly.signed_info, &arena, &signature, &why), &why);
	buffer_text(&b, XML_DECLARATION);
	buffer_add(&b, assembly.head);
	buffer_add(&b, signature_element(&assembly.info, signature, scene.certificates[0], &arena));
	buffer_add(&b, assembly.content);
	document = buffer_span(&b);
	scratch_write(&scene.dir, "doc.xml", document, 0644);
	forged = arena_copy(&arena, document);
	at = memmem(forged.data, forged.size, "/saml/sso", 9);
	assert_non_null(at);
	memcpy(at, "/saml/ssx", 9);
	scratch_write(&scene.dir, "forged.xml", forged, 0644);
	expect_run("xmlsec1 takes it", XMLSEC "doc.xml", true);
	expect_run("and not one with another endpoint", XMLSEC "forged.xml", false);
	if (has_program("samlsign")) {
		expect_run("samlsign takes it", "samlsign -c \"$PWD/cert.pem\" -f doc.xml", true);
		expect_run("and not one with another endpoint", "samlsign -c \"$PWD/cert.pem\" -f forged.xml", false);
	} else {
		print_message("samlsign is not installed: what it says is not tried\n");
	}
	buffer_release(&b);
	arena_release(&arena);
}

/* What a record says that makes no metadata is a problem, and no document. */
static void
what_makes_no_metadata_is_told(void **state)
{
	struct arena arena = arena_init(16 * MIB);
	struct assembly assembly;
	struct instant next;
	struct problem why;
	struct offered o;

	(void)state;
	offer(&o, EVERYTHING);
	o.descriptor.entity_id = span_text("https://id.example/\x01");
	expect_true("a name no XML can hold", idp_metadata_assemble(&arena, &o.source, scene.now, &assembly, &next,
	    &why) != OK);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_served_is_offered_and_nothing_else),
		cmocka_unit_test(keys_stand_in_their_order),
		cmocka_unit_test(the_rules_of_the_registry_find_nothing),
		cmocka_unit_test(others_verify_the_signed_document),
		cmocka_unit_test(what_makes_no_metadata_is_told),
	};

	return cmocka_run_group_tests_name("front/saml_metadata", tests, open_scene, close_scene);
}
