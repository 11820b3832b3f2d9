/* tests/registry/test_projection.c - a member record becomes entities: what is written, stated, refused; until when. */
#include "expect.h"

#include "registry/projection.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define P " protocolSupportEnumeration=\"urn:p\""
#define URI_FORMAT " NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\""
#define ID "https://city.example/idp"
#define NOON "2026-11-22T12:00:00Z"

#define DESCRIPTOR(inside) "<EntityDescriptor xmlns='" MD "' entityID='" ID "'>" inside "</EntityDescriptor>"
#define IDP "<IDPSSODescriptor" P "/>"
#define SP "<SPSSODescriptor" P "/>"

#define TEXT(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define BOTH(japanese, english) { TEXT(japanese), TEXT(english) }

static struct instant
at(const char *text)
{
	struct instant t;

	assert_true(instant_read(span_text(text), &t));
	return t;
}

static const struct span scopes[] = { TEXT("city.example"), TEXT("a&b.example") };
static const struct span categories[] = { TEXT("u:cat-b"), TEXT("u:cat-a"), TEXT("u:cat-b") };
static const struct span supported[] = { TEXT("u:sup") };
static const struct member_contact contacts[] = {
	{ .type = TEXT("technical"), .given_name = TEXT("\xe8\x8a\xb1\xe5\xad\x90"), .surname = TEXT("<Sato>"),
	  .email = TEXT("tech@city.example"), .telephone = TEXT("+81-3-0000-0000") },
	{ .type = TEXT("security"), .given_name = TEXT("CSIRT"), .email = TEXT("csirt@city.example") },
	{ .type = TEXT("other"), .email = TEXT("desk@city.example") },
};
static const struct member_attribute attributes[] = {
	{ .name = TEXT("urn:oid:2.5.4.4"), .friendly_name = TEXT("sn \"x\""), .required = true },
	{ .name = TEXT("email") },
	{ .name = TEXT("urn:oid:2.5.4.42") },
};

#define NAME BOTH("\xe5\xb8\x82", "City")
#define UI_NAME "<mdui:DisplayName xml:lang=\"ja\">\xe5\xb8\x82</mdui:DisplayName>" \
	"<mdui:DisplayName xml:lang=\"en\">City</mdui:DisplayName>"
#define UI(inside) "<mdui:UIInfo>" inside "</mdui:UIInfo>"
#define EXTENSIONS(inside) "<md:Extensions>" inside "</md:Extensions>"
#define IDP_WITH(inside) "<md:IDPSSODescriptor" P ">" inside "</md:IDPSSODescriptor>"
#define SP_WITH(inside) "<md:SPSSODescriptor" P ">" inside "</md:SPSSODescriptor>"

/* One entity, everything the record can say, alone and with what it falls back to. */
static void
the_record_speaks_for_its_entity(void **state)
{
	static const struct {
		const char *title;
		struct member_record record;
		struct member_entity entity;
		const char *content, *ja, *en;
		unsigned roles;
		const char *claimed; /* NULL: nothing */
	} cases[] = {
		{ "a name is the least",
		  { .name = NAME }, { .saml = TEXT(DESCRIPTOR(IDP)) },
		  IDP_WITH(EXTENSIONS(UI(UI_NAME))), "\xe5\xb8\x82", "City", ENTITY_IDP, NULL },
		{ "the entity's own words come first",
		  { .name = NAME, .description = BOTH("", "Of the member"), .url = BOTH("", "https://city.example/"),
		    .logo = { TEXT("https://city.example/m.png"), 10, 20 } },
		  { .saml = TEXT(DESCRIPTOR(IDP)), .name = BOTH("\xe7\xaa\x93\xe5\x8f\xa3", ""),
		    .description = BOTH("\xe8\xaa\xac\xe6\x98\x8e", "Tax & more"),
		    .information_url = BOTH("", "https://city.example/?a=1&b=2"),
		    .privacy_url = BOTH("https://city.example/p", ""),
		    .logo = { TEXT("https://city.example/e.png"), 30, 40 } },
		  IDP_WITH(EXTENSIONS(UI(
		  "<mdui:DisplayName xml:lang=\"ja\">\xe7\xaa\x93\xe5\x8f\xa3</mdui:DisplayName>"
		  "<mdui:Description xml:lang=\"ja\">\xe8\xaa\xac\xe6\x98\x8e</mdui:Description>"
		  "<mdui:Description xml:lang=\"en\">Tax &amp; more</mdui:Description>"
		  "<mdui:InformationURL xml:lang=\"en\">https://city.example/?a=1&amp;b=2</mdui:InformationURL>"
		  "<mdui:PrivacyStatementURL xml:lang=\"ja\">https://city.example/p</mdui:PrivacyStatementURL>"
		  "<mdui:Logo height=\"40\" width=\"30\">https://city.example/e.png</mdui:Logo>")))
		  "<md:Organization><md:OrganizationName xml:lang=\"ja\">\xe5\xb8\x82</md:OrganizationName>"
		  "<md:OrganizationName xml:lang=\"en\">City</md:OrganizationName>"
		  "<md:OrganizationDisplayName xml:lang=\"ja\">\xe5\xb8\x82</md:OrganizationDisplayName>"
		  "<md:OrganizationDisplayName xml:lang=\"en\">City</md:OrganizationDisplayName>"
		  "<md:OrganizationURL xml:lang=\"en\">https://city.example/</md:OrganizationURL></md:Organization>",
		  "\xe7\xaa\x93\xe5\x8f\xa3", "", ENTITY_IDP, NULL },
		{ "where it has none, the member's stand",
		  { .name = NAME, .description = BOTH("", "Of the member"), .url = BOTH("", "https://city.example/"),
		    .logo = { TEXT("data:image/png;base64,AA=="), 10, 20 } },
		  { .saml = TEXT(DESCRIPTOR(SP "<Organization>Old</Organization>")) },
		  SP_WITH(EXTENSIONS(UI(UI_NAME "<mdui:Description xml:lang=\"en\">Of the member</mdui:Description>"
		  "<mdui:InformationURL xml:lang=\"en\">https://city.example/</mdui:InformationURL>"
		  "<mdui:Logo height=\"20\" width=\"10\">data:image/png;base64,AA==</mdui:Logo>")))
		  "<md:Organization><md:OrganizationName xml:lang=\"ja\">\xe5\xb8\x82</md:OrganizationName>"
		  "<md:OrganizationName xml:lang=\"en\">City</md:OrganizationName>"
		  "<md:OrganizationDisplayName xml:lang=\"ja\">\xe5\xb8\x82</md:OrganizationDisplayName>"
		  "<md:OrganizationDisplayName xml:lang=\"en\">City</md:OrganizationDisplayName>"
		  "<md:OrganizationURL xml:lang=\"en\">https://city.example/</md:OrganizationURL></md:Organization>",
		  "\xe5\xb8\x82", "City", ENTITY_RP, NULL },
		{ "scopes are the record's",
		  { .name = NAME }, { .saml = TEXT(DESCRIPTOR(IDP SP)), .scopes = scopes,
		  .scope_count = COUNT(scopes) },
		  IDP_WITH(EXTENSIONS(UI(UI_NAME) "<shibmd:Scope regexp=\"false\">city.example</shibmd:Scope>"
		  "<shibmd:Scope regexp=\"false\">a&amp;b.example</shibmd:Scope>")) SP_WITH(EXTENSIONS(UI(UI_NAME))),
		  "\xe5\xb8\x82", "City", ENTITY_IDP | ENTITY_RP, NULL },
		{ "contacts are the record's",
		  { .name = NAME, .contacts = contacts, .contact_count = COUNT(contacts) },
		  { .saml = TEXT(DESCRIPTOR(IDP "<ContactPerson contactType='billing'/>")) },
		  IDP_WITH(EXTENSIONS(UI(UI_NAME)))
		  "<md:ContactPerson contactType=\"technical\"><md:GivenName>\xe8\x8a\xb1\xe5\xad\x90</md:GivenName>"
		  "<md:SurName>&lt;Sato&gt;</md:SurName><md:EmailAddress>mailto:tech@city.example</md:EmailAddress>"
		  "<md:TelephoneNumber>+81-3-0000-0000</md:TelephoneNumber></md:ContactPerson>"
		  "<md:ContactPerson contactType=\"other\" "
		  "remd:contactType=\"http://refeds.org/metadata/contactType/security\">"
		  "<md:GivenName>CSIRT</md:GivenName><md:EmailAddress>mailto:csirt@city.example</md:EmailAddress>"
		  "</md:ContactPerson>"
		  "<md:ContactPerson contactType=\"other\"><md:EmailAddress>mailto:desk@city.example</md:EmailAddress>"
		  "</md:ContactPerson>", "\xe5\xb8\x82", "City", ENTITY_IDP, NULL },
		{ "and so is what it asks for, but claims of another protocol",
		  { .name = NAME },
		  { .saml = TEXT(DESCRIPTOR(SP)), .attributes = attributes, .attribute_count = COUNT(attributes) },
		  SP_WITH(EXTENSIONS(UI(UI_NAME)) "<md:AttributeConsumingService index=\"0\">"
		  "<md:ServiceName xml:lang=\"ja\">\xe5\xb8\x82</md:ServiceName><md:ServiceName "
		  "xml:lang=\"en\">City</md:ServiceName><md:RequestedAttribute FriendlyName=\"sn &quot;x&quot;\" "
		  "Name=\"urn:oid:2.5.4.4\"" URI_FORMAT
		  " isRequired=\"true\"></md:RequestedAttribute>"
		  "<md:RequestedAttribute Name=\"urn:oid:2.5.4.42\"" URI_FORMAT "></md:RequestedAttribute>"
		  "</md:AttributeConsumingService>"), "\xe5\xb8\x82", "City", ENTITY_RP, NULL },
		{ "characters XML cannot hold are left out",
		  { .name = BOTH("", "C\x01i\xef\xbf\xbfty\x1f") }, { .saml = TEXT(DESCRIPTOR(IDP)) },
		  IDP_WITH(EXTENSIONS(UI("<mdui:DisplayName xml:lang=\"en\">City</mdui:DisplayName>"))),
		  "", "City", ENTITY_IDP, NULL },
		{ "roles beyond SAML's are the record's, those with sets of their own the descriptor's",
		  { .name = NAME }, { .saml = TEXT(DESCRIPTOR(IDP)), .roles = ENTITY_RP | ENTITY_PLATFORM | ENTITY_AP },
		  IDP_WITH(EXTENSIONS(UI(UI_NAME))), "\xe5\xb8\x82", "City", ENTITY_IDP | ENTITY_AP | ENTITY_PLATFORM,
		  NULL },
		{ "what the descriptor states of its registration and categories goes",
		  { .name = NAME },
		  { .saml = TEXT(DESCRIPTOR("<Extensions><RegistrationInfo "
		  "xmlns='urn:oasis:names:tc:SAML:metadata:rpi'/>"
		  "<EntityAttributes xmlns='urn:oasis:names:tc:SAML:metadata:attribute'><Attribute "
		  "xmlns='urn:oasis:names:tc:SAML:2.0:assertion' Name='http://macedir.org/entity-category'>"
		  "<AttributeValue>u:1</AttributeValue></Attribute></EntityAttributes></Extensions>" IDP)) },
		  IDP_WITH(EXTENSIONS(UI(UI_NAME))), "\xe5\xb8\x82", "City", ENTITY_IDP,
		  "http://macedir.org/entity-category u:1" },
		{ "a record that asks for nothing is no leave to ask for what the descriptor does",
		  { .name = NAME },
		  { .saml = TEXT(DESCRIPTOR("<SPSSODescriptor" P "><AttributeConsumingService index='0'><ServiceName "
		  "xml:lang='en'>s</ServiceName><RequestedAttribute Name='u:a'/>"
		  "</AttributeConsumingService></SPSSODescriptor>")), .attributes = &attributes[1],
		    .attribute_count = 1 },
		  SP_WITH(EXTENSIONS(UI(UI_NAME))), "\xe5\xb8\x82", "City", ENTITY_RP, NULL },
		{ "nor is one that supports nothing to support what the descriptor does",
		  { .name = NAME },
		  { .saml = TEXT(DESCRIPTOR("<Extensions>"
		  "<EntityAttributes xmlns='urn:oasis:names:tc:SAML:metadata:attribute'><Attribute "
		  "xmlns='urn:oasis:names:tc:SAML:2.0:assertion' Name='http://macedir.org/entity-category-support'/>"
		  "</EntityAttributes></Extensions>" IDP)) },
		  IDP_WITH(EXTENSIONS(UI(UI_NAME))), "\xe5\xb8\x82", "City", ENTITY_IDP, NULL },
		{ "what it supports goes where the record says it",
		  { .name = NAME },
		  { .supported_categories = supported, .supported_count = 1,
		    .saml = TEXT(DESCRIPTOR("<Extensions>"
		  "<EntityAttributes xmlns='urn:oasis:names:tc:SAML:metadata:attribute'><Attribute "
		  "xmlns='urn:oasis:names:tc:SAML:2.0:assertion' Name='http://macedir.org/entity-category-support'/>"
		  "</EntityAttributes></Extensions>" IDP)) },
		  IDP_WITH(EXTENSIONS(UI(UI_NAME))), "\xe5\xb8\x82", "City", ENTITY_IDP, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct member member = { .id = TEXT("city"), .registered = { 12345 } };
		struct arena a = arena_init(METADATA_ARENA);
		struct member_record record = cases[i].record;
		struct member_entity entity = cases[i].entity;
		struct projected *out;
		struct instant next;
		struct problem why;
		uint8_t sum[32];
		size_t count;

		entity.entity_id = span_text(ID);
		record.entities = &entity;
		record.entity_count = 1;
		expect_ok(cases[i].title, project_member(&a, &member, &record, at(NOON), &out, &count, &next, &why),
		    &why);
		expect_number(cases[i].title, count, 1);
		expect_span(cases[i].title, out->fragment.content, cases[i].content);
		expect_span(cases[i].title, out->entity.name_ja, cases[i].ja);
		expect_span(cases[i].title, out->entity.name_en, cases[i].en);
		expect_number(cases[i].title, out->entity.roles, cases[i].roles);
		expect_number(cases[i].title, out->claimed_count, cases[i].claimed != NULL);
		if (cases[i].claimed)
			expect_span("what it claimed is told", out->claimed[0], cases[i].claimed);
		expect_span("the entity", out->entity.entity_id, ID);
		expect_span("is the member's", out->entity.member, "city");
		expect_span("and no source's", out->entity.source, "");
		expect_number("registered with it", out->entity.registered.us, 12345);
		expect_number("written now", out->entity.imported.us, at(NOON).us);
		expect_number("with its fragment", out->fragment.written.us, at(NOON).us);
		expect_number("of that size", out->entity.size, strlen(cases[i].content));
		fragment_digest(&out->fragment, sum);
		expect_true("of that digest", memcmp(out->entity.fragment, sum, sizeof(sum)) == 0);
		expect_number("for ever", next.us, 0);
		arena_release(&a);
	}
}

#define CATEGORY "<saml:Attribute Name=\"http://macedir.org/entity-category\"" URI_FORMAT ">"
#define SUPPORT "<saml:Attribute Name=\"http://macedir.org/entity-category-support\"" URI_FORMAT ">"
#define ASSURANCE "<saml:Attribute Name=\"urn:oasis:names:tc:SAML:attribute:assurance-certification\"" URI_FORMAT ">"
#define VALUE(value) "<saml:AttributeValue>" value "</saml:AttributeValue>"
#define END "</saml:Attribute>"

struct term {
	const char *uri, *from, *until, *entity_id;
};

static void
what_holds_now_is_stated(void **state)
{
	static const struct {
		const char *title;
		bool categories;
		struct term terms[4];
		const char *stated, *next; /* next NULL: never */
	} cases[] = {
		{ "nothing", false, { { 0 } }, "", NULL },
		{ "categories, each once and sorted", true, { { 0 } },
		  CATEGORY VALUE("u:cat-a") VALUE("u:cat-b") END SUPPORT VALUE("u:sup") END, NULL },
		{ "a certification in force", false, { { "u:1&", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "" } },
		  ASSURANCE VALUE("u:1&amp;") END, "2027-01-01T00:00:00Z" },
		{ "one that begins now", false, { { "u:1", NOON, "2027-01-01T00:00:00Z", "" } },
		  ASSURANCE VALUE("u:1") END, "2027-01-01T00:00:00Z" },
		{ "one that ends now", false, { { "u:1", "2026-01-01T00:00:00Z", NOON, "" } }, "", NULL },
		{ "one to come", false, { { "u:1", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", "" } }, "",
		  "2026-12-01T00:00:00Z" },
		{ "one without a name of its own", false, { { "", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
		    "" } }, "", NULL },
		{ "one about this entity", false, { { "u:1", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", ID } },
		  ASSURANCE VALUE("u:1") END, "2027-01-01T00:00:00Z" },
		{ "one about another", false, { { "u:1", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "u:other" } },
		    "", NULL },
		{ "the nearest of many, behind what is stated of categories", true,
		  { { "u:b", "2026-01-01T00:00:00Z", "2027-03-01T00:00:00Z", "" },
		    { "u:a", "2026-01-01T00:00:00Z", "2027-02-01T00:00:00Z", ID },
		    { "u:c", "2027-01-01T00:00:00Z", "2027-05-01T00:00:00Z", "" },
		    { "u:b", "2026-06-01T00:00:00Z", "2027-04-01T00:00:00Z", "" } },
		  CATEGORY VALUE("u:cat-a") VALUE("u:cat-b") END SUPPORT VALUE("u:sup") END
		  ASSURANCE VALUE("u:a") VALUE("u:b") END,
		  "2027-01-01T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct member member = { .id = TEXT("city") };
		struct member_certification certifications[4] = { 0 };
		struct member_entity entities[] = {
			{ .entity_id = TEXT("u:oidc"), .oidc_client = TEXT("{}") },
			{ .entity_id = TEXT(ID), .saml = TEXT(DESCRIPTOR(IDP)) },
		};
		struct member_record record = { .name = NAME, .entities = entities, .entity_count = COUNT(entities),
			.certifications = certifications };
		struct arena a = arena_init(METADATA_ARENA);
		char text[INSTANT_TEXT];
		struct projected *out;
		struct instant next;
		struct problem why;
		size_t count;

		for (const struct term *t = cases[i].terms; record.certification_count < 4 && t->uri; t++)
			certifications[record.certification_count++] = (struct member_certification){ .uri =
				span_text(t->uri), .from = at(t->from), .until = at(t->until),
				.entity_id = span_text(t->entity_id) };
		if (cases[i].categories) {
			entities[1].categories = categories;
			entities[1].category_count = COUNT(categories);
			entities[1].supported_categories = supported;
			entities[1].supported_count = COUNT(supported);
		}
		expect_ok(cases[i].title, project_member(&a, &member, &record, at(NOON), &out, &count, &next, &why),
		    &why);
		expect_number("only what speaks SAML", count, 1);
		expect_span(cases[i].title, out->entity.stated, cases[i].stated);
		expect_text(cases[i].title, next.us ? instant_text(next, text) : "never", cases[i].next ?
		    cases[i].next : "never");
		arena_release(&a);
	}
}

static void
a_descriptor_of_another_shape_is_refused(void **state)
{
	static const struct {
		const char *title, *saml;
		const char *part;
	} cases[] = {
		{ "another entity's",
		  "\n<EntityDescriptor xmlns='" MD "' entityID='https://else.example/'>" IDP "</EntityDescriptor>",
		  ID ": line 2: expected the entityID of the record, found https://else.example/" },
		{ "two entities", "<EntitiesDescriptor xmlns='" MD "'>" DESCRIPTOR(IDP)
		    "<EntityDescriptor entityID='u:2'>" IDP
		  "</EntityDescriptor></EntitiesDescriptor>", ID ": line 1: expected one EntityDescriptor, found 2" },
		{ "none", "<EntitiesDescriptor xmlns='" MD "'/>", ID ": line 1: expected one EntityDescriptor, found "
		    "0" },
		{ "no role", "\n" DESCRIPTOR(""), ID ": line 2: expected a role descriptor or an "
		    "AffiliationDescriptor" },
		{ "validity over", "<EntityDescriptor xmlns='" MD "' validUntil='2026-11-22T12:00:00Z' entityID='" ID
		    "'>" IDP
		  "</EntityDescriptor>", ID ": line 1: EntityDescriptor was valid until 2026-11-22T12:00:00Z" },
		{ "no XML", "\n\nhello", ID ": line 3" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct member member = { .id = TEXT("city") };
		const struct member_entity entity = { .entity_id = TEXT(ID), .saml = span_text(cases[i].saml) };
		const struct member_record record = { .name = NAME, .entities = &entity, .entity_count = 1 };
		struct arena a = arena_init(METADATA_ARENA);
		struct projected *out;
		struct instant next;
		struct problem why;
		size_t count;
		enum err err = project_member(&a, &member, &record, at(NOON), &out, &count, &next, &why);

		expect_problem(cases[i].title, err, &why, ERR_INVALID, cases[i].part);
		arena_release(&a);
	}
}

static void
the_records_policy_is_the_entitys(void **state)
{
	const struct member member = { .id = TEXT("city") };
	const struct member_entity entity = { .entity_id = TEXT(ID), .saml = TEXT(DESCRIPTOR(IDP)) };
	const struct member_record record = { .name = NAME, .entities = &entity, .entity_count = 1,
		.registration_policy = BOTH("https://city.example/ja", "https://city.example/en") };
	struct arena a = arena_init(METADATA_ARENA);
	struct projected *out;
	struct instant next;
	struct problem why;
	size_t count;

	(void)state;
	expect_ok("projected", project_member(&a, &member, &record, at(NOON), &out, &count, &next, &why), &why);
	expect_span("in Japanese", out->entity.policy_ja, "https://city.example/ja");
	expect_span("and English", out->entity.policy_en, "https://city.example/en");
	arena_release(&a);
}

/* Its own validity ends the entity with it. */
static void
the_descriptors_validity_is_the_entitys(void **state)
{
	const struct member member = { .id = TEXT("city") };
	const struct member_entity entity = { .entity_id = TEXT(ID), .saml = TEXT("<EntityDescriptor xmlns='" MD "' "
	    "validUntil='2026-11-22T12:00:01Z' entityID='" ID "'>" IDP "</EntityDescriptor>") };
	const struct member_record record = { .name = NAME, .entities = &entity, .entity_count = 1 };
	struct arena a = arena_init(METADATA_ARENA);
	struct projected *out;
	struct instant next;
	struct problem why;
	size_t count;

	(void)state;
	expect_ok("valid for a second", project_member(&a, &member, &record, at(NOON), &out, &count, &next, &why),
	    &why);
	expect_number("until then", out->entity.valid_until.us, at(NOON).us + SECONDS(1));
	arena_release(&a);
}

static void
what_a_record_says_is_bounded(void **state)
{
	const struct member member = { .id = TEXT("city") };
	struct arena a = arena_init(METADATA_ARENA);
	uint8_t *long_text = arena_take(&a, MIB);
	struct span long_one = span_of(long_text, MIB), half = span_of(long_text, STATED_LARGEST);
	struct member_entity entity = { .entity_id = TEXT(ID), .saml = TEXT(DESCRIPTOR(IDP)), .categories = &half,
		.category_count = 1 };
	struct member_record record = { .name = NAME, .entities = &entity, .entity_count = 1 };
	struct projected *out;
	struct instant next;
	struct problem why;
	size_t count;
	enum err err;

	(void)state;
	memset(long_text, 'x', MIB);
	err = project_member(&a, &member, &record, at(NOON), &out, &count, &next, &why);
	expect_problem("statements", err, &why, ERR_LIMIT,
	    ID ": expected at most 262144 bytes of categories and certifications, found 262");
	entity.category_count = 0;
	entity.description.en = long_one;
	err = project_member(&a, &member, &record, at(NOON), &out, &count, &next, &why);
	expect_problem("words", err, &why, ERR_INVALID, ID ": expected at most 1048576 bytes of metadata from the "
	    "record");
	entity.description.en = span_first(long_one, MIB - 1000);
	record.entities = (const struct member_entity[]){ { .entity_id = TEXT(ID), .saml = TEXT(DESCRIPTOR(IDP SP)),
		.description = { .en = span_first(long_one, MIB - 1000) } } };
	err = project_member(&a, &member, &record, at(NOON), &out, &count, &next, &why);
	expect_problem("words in each of two roles", err, &why, ERR_INVALID,
	    ID ": line 1: the entity in canonical form is larger than 1048576 bytes");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_speaks_for_its_entity),
		cmocka_unit_test(what_holds_now_is_stated),
		cmocka_unit_test(a_descriptor_of_another_shape_is_refused),
		cmocka_unit_test(the_records_policy_is_the_entitys),
		cmocka_unit_test(the_descriptors_validity_is_the_entitys),
		cmocka_unit_test(what_a_record_says_is_bounded),
	};

	return cmocka_run_group_tests_name("projection", tests, NULL, NULL);
}
