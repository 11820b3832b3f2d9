/* tests/registry/test_assemble.c - the registry's words in an entity's document: where they stand, and that the text
 * with them is still its own canonical form, as xmlsec1 and samlsign see it.
 */
#include "crypto/scratch.h"

#include "crypto/certificate.h"
#include "registry/assemble.h"
#include "registry/projection.h"
#include "registry/xsd.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define P " protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\""
#define SP "<md:SPSSODescriptor" P "><md:AssertionConsumerService " \
	"Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://a.example/\" index=\"0\">" \
	"</md:AssertionConsumerService></md:SPSSODescriptor>"
#define X "<x:x xmlns:x=\"u:x\"></x:x>"
#define Y "<x:y xmlns:x=\"u:x\"></x:y>"
#define EXTENSIONS(inside) "<md:Extensions>" inside "</md:Extensions>"
#define EA(inside) "<mdattr:EntityAttributes>" inside "</mdattr:EntityAttributes>"
#define OWN "<saml:Attribute Name=\"u:own\"></saml:Attribute>"
#define STATED "<saml:Attribute Name=\"http://macedir.org/entity-category\">" \
	"<saml:AttributeValue>u:1</saml:AttributeValue></saml:Attribute>"
#define POLICY(language, url) \
	"<mdrpi:RegistrationPolicy xml:lang=\"" language "\">" url "</mdrpi:RegistrationPolicy>"
#define BY(policies) "<mdrpi:RegistrationInfo registrationAuthority=\"https://federation.example/\" " \
	"registrationInstant=\"2026-01-02T03:04:05Z\">" policies "</mdrpi:RegistrationInfo>"
#define OURS BY(POLICY("en", "https://federation.example/policy?a=1&amp;b=2"))
#define THEIRS "<mdrpi:RegistrationInfo registrationAuthority=\"u:theirs\"></mdrpi:RegistrationInfo>"
#define TEXT(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static const struct instant now = { SECONDS(1795348800) };

/* Each as it is read, and as it is published with and without a registration authority. */
static const struct document_case {
	const char *title, *inside, *stated;
	bool believed;
	const char *content, *unregistered;
} documents[] = {
	{ "the homeless get extensions", SP, "", false, EXTENSIONS(OURS) SP, SP },
	{ "for what is stated of them as well", SP, STATED, false,
	  EXTENSIONS(OURS EA(STATED)) SP, EXTENSIONS(EA(STATED)) SP },
	{ "blanks of the source stay behind them", "\n " SP, STATED, false, EXTENSIONS(OURS EA(STATED)) "\n " SP,
	  EXTENSIONS(EA(STATED)) "\n " SP },
	{ "extensions take it first", EXTENSIONS(X) SP, "", false, EXTENSIONS(OURS X) SP,
	  EXTENSIONS(X) SP },
	{ "and beside it attributes", EXTENSIONS(X) SP, STATED, false, EXTENSIONS(OURS EA(STATED) X) SP,
	  EXTENSIONS(EA(STATED) X) SP },
	{ "attributes that are there take more, never a second time",
	  EXTENSIONS(X EA(OWN "\n") Y) SP, STATED, false,
	  EXTENSIONS(OURS X EA(OWN "\n" STATED) Y) SP,
	  EXTENSIONS(X EA(OWN "\n" STATED) Y) SP },
	{ "and stay as they are when there are none", EXTENSIONS(EA(OWN)) SP, "", false, EXTENSIONS(OURS EA(OWN)) SP,
	  EXTENSIONS(EA(OWN)) SP },
	{ "a registration that is not believed gives way", EXTENSIONS(THEIRS) SP, STATED, false,
	  EXTENSIONS(OURS EA(STATED)) SP, EXTENSIONS(EA(STATED)) SP },
	{ "one that is believed stands", EXTENSIONS(THEIRS) SP, "", true, EXTENSIONS(THEIRS) SP,
	    EXTENSIONS(THEIRS) SP },
	{ "beside what is stated", EXTENSIONS(THEIRS) SP, STATED, true, EXTENSIONS(EA(STATED) THEIRS) SP,
	  EXTENSIONS(EA(STATED) THEIRS) SP },
	{ "and beside its own attributes", EXTENSIONS(EA(OWN) THEIRS) SP, STATED, true,
	  EXTENSIONS(EA(OWN STATED) THEIRS) SP,
	  EXTENSIONS(EA(OWN STATED) THEIRS) SP },
};

static struct publish_settings
settings_with(const char *authority)
{
	return (struct publish_settings){
		.registration_authority = authority,
		.registration_policy = "https://federation.example/policy?a=1&b=2",
		.publisher = "https://federation.example/metadata",
		.valid_for = SECONDS(14 * 86400),
		.cache_for = SECONDS(6 * 3600),
		.key_type = KEY_RSA_2048,
	};
}

static void
read_entity(struct arena *a, const struct document_case *d, struct entity *entity, struct fragment *fragment)
{
	const struct metadata_terms terms = { .believe_registration = d->believed };
	struct metadata m;
	struct problem why;
	const struct metadata_entity *e;

	expect_ok(d->title, metadata_read(a, span_text(arena_print(a, "<md:EntityDescriptor xmlns:md='" MD "' "
	    "xmlns:mdattr='urn:oasis:names:tc:SAML:metadata:attribute' "
	    "xmlns:mdrpi='urn:oasis:names:tc:SAML:metadata:rpi' "
	    "xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion' entityID='https://a.example/'>%s</md:EntityDescriptor>",
	    d->inside)), &terms, now, &m, &why), &why);
	expect_number(d->title, m.entity_count, 1);
	e = &m.entities[0];
	*entity = (struct entity){ .entity_id = e->entity_id, .stated = span_text(d->stated) };
	assert_true(instant_read(span_text("2026-01-02T03:04:05Z"), &entity->registered));
	*fragment = (struct fragment){ now, e->registration, e->extensions, e->attributes_at, e->attributes,
		e->content };
}

static void
the_registrys_words_stand_in_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++) {
		const char *authorities[] = { "https://federation.example/", NULL };
		const char *contents[] = { documents[i].content, documents[i].unregistered };

		for (size_t n = 0; n < COUNT(authorities); n++) {
			const struct publish_settings settings = settings_with(authorities[n]);
			struct arena a = arena_init(METADATA_ARENA);
			struct buffer b = buffer_init(MIB);
			struct entity entity;
			struct fragment fragment;

			read_entity(&a, &documents[i], &entity, &fragment);
			assemble_member(&b, &settings, &entity, &fragment);
			expect_span(documents[i].title, buffer_span(&b), arena_print(&a,
			    "<md:EntityDescriptor entityID=\"https://a.example/\">%s</md:EntityDescriptor>\n",
			    contents[n]));
			buffer_release(&b);
			arena_release(&a);
		}
	}
}

/* A policy of the entity's own stands for the federation's. */
static void
an_entity_is_registered_by_its_own_policy(void **state)
{
	static const struct {
		const char *title, *federations, *ja, *en, *registration;
	} cases[] = {
		{ "no policy at all", NULL, NULL, NULL, BY() },
		{ "the federation's", "https://f.example/", NULL, NULL, BY(POLICY("en", "https://f.example/")) },
		{ "its own in both languages", "https://f.example/", "https://a.example/?a=1&b=2",
		  "https://a.example/en",
		  BY(POLICY("ja", "https://a.example/?a=1&amp;b=2") POLICY("en", "https://a.example/en")) },
		{ "in Japanese alone", "https://f.example/", "https://a.example/ja", NULL,
		  BY(POLICY("ja", "https://a.example/ja")) },
		{ "in English alone, and none of the federation", NULL, NULL, "https://a.example/en",
		  BY(POLICY("en", "https://a.example/en")) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct publish_settings settings = settings_with("https://federation.example/");
		const struct fragment fragment = { .registration = REGISTRATION_HOMELESS, .content = TEXT(SP) };
		struct entity entity = { .entity_id = span_text("https://a.example/"),
			.policy_ja = span_text(cases[i].ja), .policy_en = span_text(cases[i].en) };
		struct arena a = arena_init(MIB);
		struct buffer b = buffer_init(MIB);

		settings.registration_policy = cases[i].federations;
		assert_true(instant_read(span_text("2026-01-02T03:04:05Z"), &entity.registered));
		assemble_member(&b, &settings, &entity, &fragment);
		expect_span(cases[i].title, buffer_span(&b), arena_print(&a, "<md:EntityDescriptor entityID="
		    "\"https://a.example/\">" EXTENSIONS("%s") SP "</md:EntityDescriptor>\n", cases[i].registration));
		buffer_release(&b);
		arena_release(&a);
	}
}

/* What others say */

#define SCHEMAS "/usr/share/xml"

/* NULL: they are not installed. */
static struct xsd *
schemas(void)
{
	struct problem why;
	struct xsd *xsd;

	if (access(SCHEMAS "/opensaml/saml-schema-metadata-2.0.xsd", R_OK) != 0) {
		print_message(SCHEMAS "/opensaml is not there: the documents are not held against the schemas\n");
		return NULL;
	}
	expect_ok("the schemas", xsd_new(SCHEMAS, &xsd, &why), &why);
	return xsd;
}

static void
expect_valid(struct arena *a, struct xsd *xsd, const char *title, const struct entity *entity,
    const struct fragment *fragment)
{
	const struct publish_settings settings = settings_with("https://federation.example/");
	struct xsd_error errors[XSD_ERRORS];
	struct assembly assembly;
	struct problem why;

	if (!xsd)
		return;
	expect_ok(title, assemble_entity(a, &settings, entity, fragment, now, &assembly, &why), &why);
	if (xsd_validate(xsd, a, span_text(arena_print(a, "%.*s%.*s", SPAN_ARGS(assembly.head),
	    SPAN_ARGS(assembly.content))), errors))
		fail_msg("%s: %.*s: %.*s", title, SPAN_ARGS(errors[0].at), SPAN_ARGS(errors[0].text));
}

#define XMLSEC "xmlsec1 --verify --pubkey-cert-pem cert.pem --enabled-reference-uris same-doc --id-attr:ID " MD \
	":EntityDescriptor doc.xml"

struct signing_key {
	struct scratch dir;
	struct key *key;
	struct span certificate;
};

static struct signing_key
signing_key_new(struct arena *a)
{
	struct signing_key k = { .dir = scratch_new() };
	struct problem why;

	expect_ok("a key", key_generate("file:key.pem", k.dir.path, KEY_RSA_2048, &why), &why);
	expect_ok("opened", key_open("file:key.pem", k.dir.path, &k.key, &why), &why);
	expect_ok("its certificate", certificate_self_signed(k.key, &(struct certificate_name){ .common_name = "test" },
	    (struct instant){ SECONDS(1700000000) }, (struct instant){ SECONDS(2500000000) }, a, &k.certificate, &why),
	    &why);
	scratch_write(&k.dir, "cert.pem", span_text(certificate_to_pem(k.certificate, a)), 0644);
	return k;
}

static void
expect_run(const struct signing_key *k, const char *title, const char *command)
{
	char text[4096];

	if (scratch_run(&k->dir, command) == 0)
		return;
	scratch_read(&k->dir, "output", text, sizeof(text));
	fail_msg("%s: %s\n%s", title, command, text);
}

/* The entity's document, signed as the publisher does it, before those who verify it. */
static void
expect_verified(struct arena *a, const struct signing_key *k, const char *title, const struct entity *entity,
    const struct fragment *fragment, bool samlsign)
{
	/* Verifiers look at their own clock. */
	const struct instant real = clock_now();
	const struct publish_settings settings = settings_with("https://federation.example/");
	struct buffer b = buffer_init(4 * MIB);
	struct assembly assembly;
	struct span signature;
	struct problem why;

	expect_ok(title, assemble_entity(a, &settings, entity, fragment, real, &assembly, &why), &why);
	expect_ok(title, key_sign(k->key, assembly.signed_info, a, &signature, &why), &why);
	buffer_text(&b, XML_DECLARATION);
	buffer_add(&b, assembly.head);
	buffer_add(&b, signature_element(&assembly.info, signature, k->certificate, a));
	buffer_add(&b, assembly.content);
	scratch_write(&k->dir, "doc.xml", buffer_span(&b), 0644);
	buffer_release(&b);
	expect_run(k, title, XMLSEC);
	if (samlsign)
		expect_run(k, title, "samlsign -c \"$PWD/cert.pem\" -f doc.xml");
}

static void
documents_with_the_registrys_words_verify(void **state)
{
	struct arena a = arena_init(METADATA_ARENA);
	struct xsd *xsd = schemas();
	struct signing_key k;

	(void)state;
	if (!has_program("xmlsec1")) {
		print_message("xmlsec1 is not installed: what it says to our documents is not tried\n");
		xsd_free(xsd);
		arena_release(&a);
		skip();
	}
	k = signing_key_new(&a);
	for (size_t i = 0; i < COUNT(documents); i++) {
		struct entity entity;
		struct fragment fragment;

		read_entity(&a, &documents[i], &entity, &fragment);
		expect_valid(&a, xsd, documents[i].title, &entity, &fragment);
		expect_verified(&a, &k, documents[i].title, &entity, &fragment, false);
		expect_number("changed", scratch_run(&k.dir, "sed -i s/SPSSO/IDPSSO/g doc.xml && ! " XMLSEC), 0);
	}
	key_free(k.key);
	xsd_free(xsd);
	scratch_free(&k.dir);
	arena_release(&a);
}

static const struct span values[] = { TEXT("https://refeds.org/category/personalized"), TEXT("u:<&>\"'\r\n\t") };
static const struct member_contact contacts[] = {
	{ .type = TEXT("security"), .given_name = TEXT("CSIRT & <co>"), .email = TEXT("csirt@city.example") },
	{ .type = TEXT("technical"), .given_name = TEXT("\xe8\x8a\xb1\xe5\xad\x90"),
	    .email = TEXT("tech@city.example") },
};
static const struct member_attribute attributes[] = {
	{ .name = TEXT("urn:oid:2.5.4.4"), .friendly_name = TEXT("\"sn\"\t&"), .required = true },
};

/* A member's record with everything in it that is escaped, under a descriptor with what comes out differently. */
static void
projected_members_verify(void **state)
{
	const struct member member = { .id = TEXT("city"), .registered = { SECONDS(1700000000) } };
	const struct member_entity entity = {
		.entity_id = TEXT("https://city.example/sp?a=1&b=2"),
		.description = { TEXT("\xe8\xaa\xac\xe6\x98\x8e\r\n"), TEXT("<&>\"'\r\n\t") },
		.logo = { TEXT("https://city.example/logo.png?a=1&b=2"), 80, 60 },
		.scopes = values, .scope_count = 1, .categories = values, .category_count = 2,
		.supported_categories = values, .supported_count = 2,
		.attributes = attributes, .attribute_count = 1,
		.saml = TEXT("<EntityDescriptor xmlns='" MD
		    "' xmlns:q='u:q' q:z='1' entityID='https://city.example/sp?a=1&amp;b=2'>"
		    "<Extensions><EntityAttributes xmlns='urn:oasis:names:tc:SAML:metadata:attribute'><s:Attribute "
		    "xmlns:s='urn:oasis:names:tc:SAML:2.0:assertion' Name='urn:own' "
		    "NameFormat='urn:oasis:names:tc:SAML:2.0:attrname-format:uri'><s:AttributeValue "
		    "xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:x='http://www.w3.org/2001/XMLSchema' "
		    "i:type='x:string'>1</s:AttributeValue></s:Attribute></EntityAttributes><q:a/></Extensions>"
		    "<SPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>"
		    "<Extensions><q:b/><UIInfo xmlns='urn:oasis:names:tc:SAML:metadata:ui'/></Extensions>"
		    "<AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' "
		    "Location='https://city.example/acs' index='0'/></SPSSODescriptor>"
		    "<IDPSSODescriptor "
		    "protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'><SingleSignOnService "
		    "Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='https://city.example/sso'/>"
		    "</IDPSSODescriptor><ContactPerson contactType='billing'/></EntityDescriptor>"),
	};
	const struct member_certification certification = { .uri = TEXT("https://refeds.org/sirtfi"), .from = { 1 },
		.until = { INT64_MAX } };
	const struct member_record record = {
		.name = { TEXT("\xe5\xb8\x82\xe5\xbd\xb9\xe6\x89\x80"), TEXT("City & Office") },
		.url = { .en = TEXT("https://city.example/") },
		.contacts = contacts, .contact_count = COUNT(contacts),
		.entities = &entity, .entity_count = 1,
		.certifications = &certification, .certification_count = 1,
		.registration_policy = { TEXT("https://city.example/policy?a=1&b='2'"),
		    TEXT("https://city.example/en") },
	};
	struct arena a = arena_init(METADATA_ARENA);
	struct xsd *xsd = schemas();
	struct projected *out;
	struct signing_key k;
	struct instant next;
	struct problem why;
	size_t count;

	(void)state;
	if (!has_program("xmlsec1")) {
		print_message("xmlsec1 is not installed: what it says to our documents is not tried\n");
		xsd_free(xsd);
		arena_release(&a);
		skip();
	}
	if (!has_program("samlsign"))
		print_message("samlsign is not installed: what it says to a member's document is not tried\n");
	k = signing_key_new(&a);
	expect_ok("projected", project_member(&a, &member, &record, now, &out, &count, &next, &why), &why);
	expect_true("with a place for what is stated", out->fragment.attributes_at > 0);
	expect_valid(&a, xsd, "a member's document", &out->entity, &out->fragment);
	expect_verified(&a, &k, "a member's document", &out->entity, &out->fragment, has_program("samlsign"));
	key_free(k.key);
	xsd_free(xsd);
	scratch_free(&k.dir);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_registrys_words_stand_in_their_place),
		cmocka_unit_test(an_entity_is_registered_by_its_own_policy),
		cmocka_unit_test(documents_with_the_registrys_words_verify),
		cmocka_unit_test(projected_members_verify),
	};

	return cmocka_run_group_tests_name("assemble", tests, NULL, NULL);
}
