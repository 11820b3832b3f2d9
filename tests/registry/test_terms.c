/* tests/registry/test_terms.c - whose words count in an entity: what goes, what is told of it, what takes its place. */
#include "expect.h"

#include "base/buffer.h"
#include "registry/metadata.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define P " protocolSupportEnumeration='urn:p'"
#define CANONICAL_P " protocolSupportEnumeration=\"urn:p\""

#define CATEGORY "http://macedir.org/entity-category"
#define ASSURANCE "urn:oasis:names:tc:SAML:attribute:assurance-certification"
#define SUPPORT "http://macedir.org/entity-category-support"

#define ATTRIBUTE(name, value) \
	"<saml:Attribute Name=\"" name "\"><saml:AttributeValue>" value "</saml:AttributeValue></saml:Attribute>"
#define EA(inside) "<mdattr:EntityAttributes>" inside "</mdattr:EntityAttributes>"
#define EXTENSIONS(inside) "<md:Extensions>" inside "</md:Extensions>"
#define REGISTRATION "<mdrpi:RegistrationInfo registrationAuthority=\"u:a\"></mdrpi:RegistrationInfo>"
#define PUBLICATION "<mdrpi:PublicationInfo publisher=\"u:p\"></mdrpi:PublicationInfo>"
#define SP(inside) "<md:SPSSODescriptor" CANONICAL_P ">" inside "</md:SPSSODescriptor>"
#define IDP(inside) "<md:IDPSSODescriptor" CANONICAL_P ">" inside "</md:IDPSSODescriptor>"
#define AA(inside) "<md:AttributeAuthorityDescriptor" CANONICAL_P ">" inside "</md:AttributeAuthorityDescriptor>"
#define UI(name) "<mdui:UIInfo><mdui:DisplayName xml:lang=\"en\">" name "</mdui:DisplayName></mdui:UIInfo>"
#define SCOPE(scope) "<shibmd:Scope regexp=\"false\">" scope "</shibmd:Scope>"
#define ORGANIZATION(name) \
	"<md:Organization><md:OrganizationName xml:lang=\"en\">" name "</md:OrganizationName></md:Organization>"
#define CONTACT(name) \
	"<md:ContactPerson contactType=\"technical\"><md:GivenName>" name "</md:GivenName></md:ContactPerson>"
#define LOCATION "<md:AdditionalMetadataLocation namespace=\"u:x\">https://a.example/</md:AdditionalMetadataLocation>"
#define SERVICE(index, inside) \
	"<md:AttributeConsumingService index=\"" index "\">" inside "</md:AttributeConsumingService>"
#define ACS \
	"<md:AssertionConsumerService Binding=\"u:b\" Location=\"https://a.example/\" index=\"0\">" \
	"</md:AssertionConsumerService>"

/* The only entity of a document around `inside`, read with these terms; the document outlives the arena's caller. */
static struct metadata_entity
entity_read_with(struct arena *a, const char *title, const char *inside, const struct metadata_terms *terms)
{
	const struct instant now = { SECONDS(1795348800) };
	struct metadata m;
	struct problem why;

	expect_ok(title, metadata_read(a, span_text(arena_print(a, "<md:EntityDescriptor xmlns:md='" MD "' "
	    "xmlns:mdattr='urn:oasis:names:tc:SAML:metadata:attribute' "
	    "xmlns:mdrpi='urn:oasis:names:tc:SAML:metadata:rpi' "
	    "xmlns:mdui='urn:oasis:names:tc:SAML:metadata:ui' xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion' "
	    "xmlns:shibmd='urn:mace:shibboleth:metadata:1.0' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
	    "entityID='https://a.example/'>%s</md:EntityDescriptor>", inside)), terms, now, &m, &why), &why);
	if (m.refusal_count)
		print_error("  refused: %s\n", m.refusals[0].why.text);
	expect_number(title, m.entity_count, 1);
	return m.entities[0];
}

static const char *
claims_text(struct arena *a, const struct metadata_entity *e)
{
	const char *text = "";

	for (size_t i = 0; i < e->claimed_count; i++)
		text = arena_print(a, "%s%s%.*s", text, i ? ", " : "", SPAN_ARGS(e->claimed[i]));
	return text;
}

static void
an_entity_does_not_speak_for_the_registry(void **state)
{
	enum { R = 1, C = 2 };
	static const struct {
		const char *title, *inside;
		unsigned believed;
		const char *content, *claimed, *prefixes;
		enum registration registration;
	} cases[] = {
		{ "a registration goes, and the extensions with it", EXTENSIONS("\n" REGISTRATION "\n") SP(""), 0,
		  SP(""), "", "", REGISTRATION_HOMELESS },
		{ "one that is believed stays", EXTENSIONS(REGISTRATION) SP(""), R, EXTENSIONS(REGISTRATION) SP(""), "",
		  "", REGISTRATION_PRESENT },
		{ "one in a role goes as well", SP(EXTENSIONS(REGISTRATION "<x></x>")), 0, SP(EXTENSIONS("<x></x>")),
		  "", "", REGISTRATION_HOMELESS },
		{ "and one hidden deeper", EXTENSIONS("<x>" REGISTRATION "</x>") SP(""), 0,
		  EXTENSIONS("<x></x>") SP(""), "", "", REGISTRATION_MISSING },
		{ "who published it goes, believed or not", EXTENSIONS(PUBLICATION REGISTRATION
		  "<mdrpi:PublicationPath/>") SP(""), R | C, EXTENSIONS(REGISTRATION) SP(""), "", "",
		  REGISTRATION_PRESENT },
		{ "categories and certifications go and are told",
		  EXTENSIONS("<x></x>"
		  EA(ATTRIBUTE(CATEGORY, "u:1") ATTRIBUTE(ASSURANCE, " u:2 ") ATTRIBUTE(CATEGORY, "u:1"))) SP(""), 0,
		  EXTENSIONS("<x></x>") SP(""), CATEGORY " u:1, " ASSURANCE " u:2", "", REGISTRATION_MISSING },
		{ "each of many values is told",
		  EXTENSIONS(EA("<saml:Attribute Name='" CATEGORY "'><saml:AttributeValue>u:1</saml:AttributeValue>"
		  "<saml:AttributeValue>u:<!-- "
		  "-->2</saml:AttributeValue><saml:AttributeValue/></saml:Attribute>")) SP(""), 0, SP(""),
		  CATEGORY " u:1, " CATEGORY " u:2", "", REGISTRATION_HOMELESS },
		{ "what it supports is its own to say",
		  EXTENSIONS(EA(ATTRIBUTE(CATEGORY, "u:1") "\n" ATTRIBUTE(SUPPORT, "u:2"))) SP(""), 0,
		  EXTENSIONS(EA("\n" ATTRIBUTE(SUPPORT, "u:2"))) SP(""), CATEGORY " u:1", "", REGISTRATION_MISSING },
		{ "blanks around the name do not hide it", EXTENSIONS(EA(ATTRIBUTE("&#10;" CATEGORY " ",
		  "u:1"))) SP(""), 0, SP(""), CATEGORY " u:1", "", REGISTRATION_HOMELESS },
		{ "believed, they stay", EXTENSIONS(EA(ATTRIBUTE(CATEGORY, "u:1") ATTRIBUTE(ASSURANCE, "u:2"))) SP(""),
		  C,
		  EXTENSIONS(EA(ATTRIBUTE(CATEGORY, "u:1") ATTRIBUTE(ASSURANCE, "u:2"))) SP(""), "", "",
		  REGISTRATION_MISSING },
		{ "believed registration is not believed categories", EXTENSIONS(REGISTRATION EA(ATTRIBUTE(CATEGORY,
		  "u:1"))) SP(""), R, EXTENSIONS(REGISTRATION) SP(""), CATEGORY " u:1", "", REGISTRATION_PRESENT },
		{ "they go out of a role", SP(EXTENSIONS(EA(ATTRIBUTE(ASSURANCE, "u:1")))), 0, SP(""), ASSURANCE " u:1",
		  "", REGISTRATION_HOMELESS },
		{ "and out of what is wrapped around them",
		  EXTENSIONS(EA("<x>" ATTRIBUTE(CATEGORY, "u:1") "</x>")) SP(""), 0, EXTENSIONS(EA("<x></x>")) SP(""),
		  CATEGORY " u:1", "", REGISTRATION_MISSING },
		{ "a signed assertion goes whole, and is told",
		  EXTENSIONS(EA("<saml:Assertion><saml:AttributeStatement>" ATTRIBUTE(SUPPORT,
		  "u:1") ATTRIBUTE(CATEGORY, "u:2")
		  "</saml:AttributeStatement></saml:Assertion>")) SP(""), 0, SP(""), CATEGORY " u:2", "",
		  REGISTRATION_HOMELESS },
		{ "or stays, believed", EXTENSIONS(EA("<saml:Assertion></saml:Assertion>")) SP(""), C,
		  EXTENSIONS(EA("<saml:Assertion></saml:Assertion>")) SP(""), "", "", REGISTRATION_MISSING },
		{ "an attribute a provider can give is no statement", IDP(ATTRIBUTE(CATEGORY, "u:1")), 0,
		  IDP(ATTRIBUTE(CATEGORY, "u:1")), "", "", REGISTRATION_HOMELESS },
		{ "extensions that never had a child go", EXTENSIONS(" ") SP(EXTENSIONS(EA(""))), 0, SP(""), "", "",
		  REGISTRATION_HOMELESS },
		{ "what is taken back leaves no prefix behind",
		  "<md:Extensions xmlns:f='u:f' xsi:type='f:T'>" REGISTRATION "</md:Extensions>"
		  "<md:SPSSODescriptor xmlns:g='u:g' xsi:type='g:T'" P "/>", 0,
		  "<md:SPSSODescriptor xmlns:t1=\"u:g\"" CANONICAL_P " xsi:type=\"t1:T\"></md:SPSSODescriptor>", "",
		  "t1", REGISTRATION_HOMELESS },
		{ "characters that command a terminal are not told",
		  EXTENSIONS(EA(ATTRIBUTE(CATEGORY, "u:&#x9b;1"))) SP(""), 0,
		  SP(""), CATEGORY " u:1", "", REGISTRATION_HOMELESS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct metadata_terms terms = { .believe_registration = cases[i].believed & R,
			.believe_categories = cases[i].believed & C };
		struct arena a = arena_init(METADATA_ARENA);
		struct metadata_entity e = entity_read_with(&a, cases[i].title, cases[i].inside, &terms);

		expect_span(cases[i].title, e.content, cases[i].content);
		expect_text(cases[i].title, claims_text(&a, &e), cases[i].claimed);
		expect_span(cases[i].title, e.prefixes, cases[i].prefixes);
		expect_number(cases[i].title, e.registration, cases[i].registration);
		arena_release(&a);
	}
}

/* As many as are listed; the entity is read all the same. */
static void
claims_are_bounded(void **state)
{
	struct arena a = arena_init(METADATA_ARENA);
	struct buffer b = buffer_init(MIB);
	struct metadata_entity e;

	(void)state;
	buffer_text(&b, "<md:Extensions><mdattr:EntityAttributes><saml:Attribute Name='" CATEGORY "'>");
	for (int i = 0; i < 100; i++)
		buffer_print(&b, "<saml:AttributeValue>u:%d%01000d</saml:AttributeValue>", i, 0);
	buffer_text(&b, "</saml:Attribute></mdattr:EntityAttributes></md:Extensions>" SP(""));
	e = entity_read_with(&a, "a hundred long ones", arena_text(&a, buffer_span(&b)), &(struct metadata_terms){ 0 });
	expect_number("so many are told", e.claimed_count, 64);
	expect_number("each cut short", e.claimed[63].size, sizeof(CATEGORY " ") - 1 + 200);
	expect_span("and nothing stays", e.content, SP(""));
	buffer_release(&b);
	arena_release(&a);
}

static void
the_places_for_the_registrys_words_are_told(void **state)
{
	static const struct {
		const char *title, *inside;
		const char *extensions, *attributes; /* what stands in front of each place; NULL: there is none */
	} cases[] = {
		{ "no extensions", SP(""), NULL, NULL },
		{ "extensions without attributes", EXTENSIONS("<x></x>") SP(""), "<md:Extensions>", NULL },
		{ "extensions with attributes", EXTENSIONS("<x></x>" EA(ATTRIBUTE("u:a", "1") " ")) SP(""),
		  "<md:Extensions>", "<md:Extensions><x></x><mdattr:EntityAttributes>" ATTRIBUTE("u:a", "1") " " },
		{ "attributes that are left empty are no place", EXTENSIONS(EA(ATTRIBUTE(CATEGORY, "1"))
		  "<x></x>") SP(""), "<md:Extensions>", NULL },
		{ "the first that is left", EXTENSIONS(EA(ATTRIBUTE(CATEGORY, "1")) EA(ATTRIBUTE("u:a",
		  "1")) EA("<x></x>")) SP(""), "<md:Extensions>", "<md:Extensions><mdattr:EntityAttributes>"
		  ATTRIBUTE("u:a", "1") },
		{ "a role's are not the entity's", SP(EXTENSIONS(EA(ATTRIBUTE("u:a", "1")))), NULL, NULL },
		{ "nor are some deeper down", EXTENSIONS("<x>" EA(ATTRIBUTE("u:a", "1")) "</x>") SP(""),
		    "<md:Extensions>", NULL },
		{ "extensions deeper down are none", SP(EXTENSIONS("<x></x>")), NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		struct metadata_entity e = entity_read_with(&a, cases[i].title, cases[i].inside,
		    &(struct metadata_terms){ 0 });

		expect_number(cases[i].title, e.registration,
		    cases[i].extensions ? REGISTRATION_MISSING : REGISTRATION_HOMELESS);
		expect_span(cases[i].title, span_first(e.content, e.extensions), cases[i].extensions ?
		    cases[i].extensions : "");
		expect_span(cases[i].title, span_first(e.content, e.attributes_at),
		    cases[i].attributes ? cases[i].attributes : "");
		arena_release(&a);
	}
}

#define NAMED(element, lang, name) "<" element " xml:lang='" lang "'>" name "</" element ">"
#define UIINFO(inside) \
	"<md:SPSSODescriptor" P \
	"><md:Extensions><mdui:UIInfo>" inside "</mdui:UIInfo></md:Extensions></md:SPSSODescriptor>"
#define ORG(inside) "<md:Organization>" inside "</md:Organization>"

static void
entities_are_called_by_their_names(void **state)
{
	static const struct {
		const char *title, *inside, *ja, *en;
	} cases[] = {
		{ "no name at all", SP(""), "", "" },
		{ "in both languages",
		  UIINFO(NAMED("mdui:DisplayName", "ja", "\xe5\xb8\x82") NAMED("mdui:DisplayName", "en", "City")),
		  "\xe5\xb8\x82", "City" },
		{ "what is shown comes before the organisation's",
		  UIINFO(NAMED("mdui:DisplayName", "en", "Shown")) ORG(NAMED("md:OrganizationName", "en", "Name")
		  NAMED("md:OrganizationDisplayName", "en", "Display") NAMED("md:OrganizationDisplayName", "ja", "D")),
		  "D", "Shown" },
		{ "its display name before its name",
		  SP("") ORG(NAMED("md:OrganizationName", "en", "Name") NAMED("md:OrganizationDisplayName", "en",
		      "Display")), "",
		  "Display" },
		{ "its name at last", SP("") ORG(NAMED("md:OrganizationName", "JA-jp", "N")), "N", "" },
		{ "the first of two", UIINFO(NAMED("mdui:DisplayName", "en-GB", "A") NAMED("mdui:DisplayName", "en",
		  "B")), "", "A" },
		{ "another language where there is neither", UIINFO(NAMED("mdui:DisplayName", "fi", "Nimi")), "",
		    "Nimi" },
		{ "but not where there is one", UIINFO(NAMED("mdui:DisplayName", "fi", "Nimi") NAMED("mdui:DisplayName",
		  "ja", "J")), "J", "" },
		{ "a language that only begins alike", UIINFO(NAMED("mdui:DisplayName", "jam", "Patwa")), "", "Patwa" },
		{ "no language", SP("") ORG("<md:OrganizationName>N</md:OrganizationName>"), "", "N" },
		{ "an empty name is none",
		  UIINFO(NAMED("mdui:DisplayName", "en", " ")) ORG(NAMED("md:OrganizationName", "en", "Name")),
		  "", "Name" },
		{ "blanks become one, and none at the ends",
		  UIINFO(NAMED("mdui:DisplayName", "en", "\n\t A &#x2028;\r\n <![CDATA[B]]> C ")), "", "A B C" },
		{ "what nobody sees goes", UIINFO(NAMED("mdui:DisplayName", "en", "A&#x202e;&#x9b;B&#xfeff;&#x7f;")),
		    "", "AB" },
		{ "an element in a name makes it none", UIINFO(NAMED("mdui:DisplayName", "en", "A<x>B</x>C")), "", "" },
		{ "a name that was dropped is none",
		  EXTENSIONS(EA("<saml:Assertion>" NAMED("mdui:DisplayName", "en", "A") "</saml:Assertion>")) SP(""),
		  "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		struct metadata_entity e = entity_read_with(&a, cases[i].title, cases[i].inside,
		    &(struct metadata_terms){ 0 });

		expect_span(cases[i].title, e.name_ja, cases[i].ja);
		expect_span(cases[i].title, e.name_en, cases[i].en);
		arena_release(&a);
	}
}

static void
long_names_are_cut_between_characters(void **state)
{
	struct arena a = arena_init(METADATA_ARENA);
	struct buffer b = buffer_init(MIB);
	struct metadata_entity e;

	(void)state;
	buffer_text(&b, "<md:SPSSODescriptor" P "><md:Extensions><mdui:UIInfo><mdui:DisplayName xml:lang='ja'>");
	for (int i = 0; i < 3000; i++)
		buffer_text(&b, "\xe5\xb8\x82");
	buffer_text(&b, "</mdui:DisplayName></mdui:UIInfo></md:Extensions></md:SPSSODescriptor>");
	e = entity_read_with(&a, "a name of 9000 bytes", arena_text(&a, buffer_span(&b)),
	    &(struct metadata_terms){ 0 });
	expect_number("is cut", e.name_ja.size, 198);
	expect_span("between characters", span_skip(e.name_ja, 195), "\xe5\xb8\x82");
	buffer_release(&b);
	arena_release(&a);
}

static void
the_records_words_stand_for_the_descriptors(void **state)
{
#define NEW_UI UI("New")
#define NEW_SCOPES SCOPE("new.example")
#define NEW_ORGANIZATION ORGANIZATION("New")
#define NEW_CONTACTS CONTACT("New") CONTACT("Newer")
#define NEW_NAME "<md:ServiceName xml:lang=\"en\">New</md:ServiceName>"
#define NEW_REQUESTED "<md:RequestedAttribute Name=\"urn:new\"></md:RequestedAttribute>"
#define KEY "<md:KeyDescriptor></md:KeyDescriptor>"
#define ALL { .replace = true, .ui_info = { (const uint8_t *)NEW_UI, sizeof(NEW_UI) - 1 }, \
	.scopes = { (const uint8_t *)NEW_SCOPES, sizeof(NEW_SCOPES) - 1 }, \
	.organization = { (const uint8_t *)NEW_ORGANIZATION, sizeof(NEW_ORGANIZATION) - 1 }, \
	.contacts = { (const uint8_t *)NEW_CONTACTS, sizeof(NEW_CONTACTS) - 1 }, \
	.requested = { (const uint8_t *)NEW_REQUESTED, sizeof(NEW_REQUESTED) - 1 }, \
	.service_name = { (const uint8_t *)NEW_NAME, sizeof(NEW_NAME) - 1 } }
	static const struct metadata_terms all = ALL, only_replace = { .replace = true },
	    only_scopes = { .replace = true, .scopes = { (const uint8_t *)NEW_SCOPES, sizeof(NEW_SCOPES) - 1 } },
	    only_contacts = { .replace = true, .contacts = { (const uint8_t *)NEW_CONTACTS, sizeof(NEW_CONTACTS) -
	    1 } };
	static const struct {
		const char *title;
		const struct metadata_terms *terms;
		const char *inside, *content;
	} cases[] = {
		{ "a role without extensions gets them first", &all, IDP(KEY),
		  IDP(EXTENSIONS(NEW_UI NEW_SCOPES) KEY) NEW_ORGANIZATION NEW_CONTACTS },
		{ "an empty role too", &all, IDP(""),
		    IDP(EXTENSIONS(NEW_UI NEW_SCOPES)) NEW_ORGANIZATION NEW_CONTACTS },
		{ "behind what has no place in our text", &all,
		  IDP("<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>" EXTENSIONS("<x></x>")),
		  IDP(EXTENSIONS(NEW_UI NEW_SCOPES "<x></x>")) NEW_ORGANIZATION NEW_CONTACTS },
		{ "extensions that are there hold them first, without the descriptor's own", &all,
		  AA(EXTENSIONS(UI("Old") "<x></x>" SCOPE("old.example")) KEY),
		  AA(EXTENSIONS(NEW_UI NEW_SCOPES "<x></x>") KEY) NEW_ORGANIZATION NEW_CONTACTS },
		{ "even when nothing else is left in them", &all, IDP(EXTENSIONS(UI("Old"))),
		  IDP(EXTENSIONS(NEW_UI NEW_SCOPES)) NEW_ORGANIZATION NEW_CONTACTS },
		{ "a relying party has no scope, and asks for what the record says", &all,
		  SP(EXTENSIONS(SCOPE("old.example")) ACS SERVICE("3", "") SERVICE("4", "")),
		  SP(EXTENSIONS(NEW_UI) ACS SERVICE("0", NEW_NAME NEW_REQUESTED)) NEW_ORGANIZATION NEW_CONTACTS },
		{ "each role gets them", &all, IDP("") SP(ACS) IDP(""),
		  IDP(EXTENSIONS(NEW_UI NEW_SCOPES)) SP(EXTENSIONS(NEW_UI) ACS SERVICE("0", NEW_NAME NEW_REQUESTED))
		  IDP(EXTENSIONS(NEW_UI NEW_SCOPES)) NEW_ORGANIZATION NEW_CONTACTS },
		{ "another role does not", &all, "<md:PDPDescriptor" CANONICAL_P ">" KEY "</md:PDPDescriptor>",
		  "<md:PDPDescriptor" CANONICAL_P ">" KEY "</md:PDPDescriptor>" NEW_ORGANIZATION NEW_CONTACTS },
		{ "the entity's own shown things and scopes go as well", &all,
		  EXTENSIONS(UI("Old") SCOPE("old.example")) IDP(EXTENSIONS("<x>" UI("Old") "</x>")),
		  IDP(EXTENSIONS(NEW_UI NEW_SCOPES "<x></x>")) NEW_ORGANIZATION NEW_CONTACTS },
		{ "organisation and contacts take the schema's place", &all,
		  IDP(ORGANIZATION("Old") CONTACT("Old")) ORGANIZATION("Old") CONTACT("Old") CONTACT("Older") "\n"
		  LOCATION LOCATION,
		  IDP(EXTENSIONS(NEW_UI NEW_SCOPES)) NEW_ORGANIZATION "\n" NEW_CONTACTS LOCATION LOCATION },
		{ "without a place of their own as well", &all, IDP("") LOCATION,
		  IDP(EXTENSIONS(NEW_UI NEW_SCOPES)) NEW_ORGANIZATION NEW_CONTACTS LOCATION },
		{ "what the record does not say stays, but scopes and requests", &only_replace,
		  IDP(EXTENSIONS(UI("Old") SCOPE("old.example"))) SP(ACS SERVICE("3",
		  "")) ORGANIZATION("Old") CONTACT("Old"),
		  IDP(EXTENSIONS(UI("Old"))) SP(ACS) ORGANIZATION("Old") CONTACT("Old") },
		{ "extensions that held but a scope go", &only_replace, IDP(EXTENSIONS(SCOPE("old.example")) KEY),
		    IDP(KEY) },
		{ "scopes alone make no extensions for a relying party", &only_scopes, SP(ACS) IDP(""),
		  SP(ACS) IDP(EXTENSIONS(NEW_SCOPES)) },
		{ "contacts alone stand behind the descriptor's organisation", &only_contacts,
		  IDP("") ORGANIZATION("Old") CONTACT("Old"), IDP("") ORGANIZATION("Old") NEW_CONTACTS },
		{ "what it supports goes", &only_replace,
		  EXTENSIONS(EA(ATTRIBUTE(SUPPORT, "u:1") ATTRIBUTE("u:a", "1"))) IDP(""),
		  EXTENSIONS(EA(ATTRIBUTE("u:a", "1"))) IDP("") },
		{ "also under a name with blanks around it, which some trim", &only_replace,
		  EXTENSIONS(EA(ATTRIBUTE(" " SUPPORT "\n", "u:1") ATTRIBUTE("u:a", "1"))) IDP(""),
		  EXTENSIONS(EA(ATTRIBUTE("u:a", "1"))) IDP("") },
		{ "with all around it", &only_replace, EXTENSIONS(EA(ATTRIBUTE(SUPPORT, "u:1"))) IDP(""), IDP("") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		struct metadata_entity e = entity_read_with(&a, cases[i].title, cases[i].inside, cases[i].terms);

		expect_span(cases[i].title, e.content, cases[i].content);
		arena_release(&a);
	}
}

static void
the_roots_validity_is_told(void **state)
{
	static const struct {
		const char *title, *text, *until;
		size_t entities;
	} cases[] = {
		{ "of a set", "<EntitiesDescriptor xmlns='" MD
		  "' validUntil='2027-01-01T00:00:00Z'><EntitiesDescriptor "
		  "validUntil='2026-12-24T00:00:00Z'><EntityDescriptor entityID='u:a'><SPSSODescriptor" P
		  "/></EntityDescriptor></EntitiesDescriptor></EntitiesDescriptor>", "2027-01-01T00:00:00Z", 1 },
		{ "of an entity alone", "<EntityDescriptor xmlns='" MD
		  "' entityID='u:a' validUntil='2027-01-01T09:00:00+09:00'>"
		  "<SPSSODescriptor" P "/></EntityDescriptor>", "2027-01-01T00:00:00Z", 1 },
		{ "of an entity within a set is not the root's", "<EntitiesDescriptor xmlns='" MD "'><EntityDescriptor "
		  "entityID='u:a' validUntil='2027-01-01T00:00:00Z'><SPSSODescriptor" P
		  "/></EntityDescriptor></EntitiesDescriptor>", "1970-01-01T00:00:00Z", 1 },
		{ "one that is no time refuses all", "<EntitiesDescriptor xmlns='" MD
		  "' validUntil='soon'><EntityDescriptor entityID='u:a'><SPSSODescriptor" P
		  "/></EntityDescriptor></EntitiesDescriptor>", "1970-01-01T00:00:00Z", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		char text[INSTANT_TEXT];
		struct metadata m;
		struct problem why;

		expect_ok(cases[i].title, metadata_read(&a, span_text(cases[i].text), &(struct metadata_terms){ 0 },
		    (struct instant){ SECONDS(1795348800) }, &m, &why), &why);
		expect_number(cases[i].title, m.entity_count, cases[i].entities);
		expect_text(cases[i].title, instant_text(m.valid_until, text), cases[i].until);
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entity_does_not_speak_for_the_registry),
		cmocka_unit_test(claims_are_bounded),
		cmocka_unit_test(the_places_for_the_registrys_words_are_told),
		cmocka_unit_test(entities_are_called_by_their_names),
		cmocka_unit_test(long_names_are_cut_between_characters),
		cmocka_unit_test(the_records_words_stand_for_the_descriptors),
		cmocka_unit_test(the_roots_validity_is_told),
	};

	return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
