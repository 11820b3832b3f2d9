/* tests/registry/test_portrait.c - what a descriptor says, read once. */
#include "expect.h"

#include <stdio.h>

#include "registry/portrait.h"

#define SAML2 "urn:oasis:names:tc:SAML:2.0:protocol"

static const char entity[] =
	"<md:Extensions><mdrpi:RegistrationInfo registrationAuthority=\"https://r.example/\" "
	"registrationInstant=\"2026-01-01T00:00:00Z\"><mdrpi:RegistrationPolicy xml:lang=\"en\">https://r.example/p"
	"</mdrpi:RegistrationPolicy></mdrpi:RegistrationInfo><mdattr:EntityAttributes><saml:Attribute Name=\"u:a\" "
	"NameFormat=\"u:f\"><saml:AttributeValue> "
	    "one</saml:AttributeValue><saml:AttributeValue>two</saml:AttributeValue>"
	"</saml:Attribute></mdattr:EntityAttributes><mdui:UIInfo></mdui:UIInfo></md:Extensions>"
	"<md:IDPSSODescriptor protocolSupportEnumeration=\"" SAML2 "\" errorURL=\"https://a.example/e\"><md:Extensions>"
	"<shibmd:Scope regexp=\"false\">a.example</shibmd:Scope><mdui:UIInfo><mdui:DisplayName xml:lang=\"en\">City "
	"&amp; Town"
	"</mdui:DisplayName><mdui:DisplayName xml:lang=\"ja\"> \xe5\xb8\x82\n</mdui:DisplayName><mdui:Logo "
	"xml:lang=\"en\" height=\"1\" "
	"width=\"2\">https://a.example/l</mdui:Logo><mdui:Logo height=\"3\" "
	"width=\"4\">https://a.example/m</mdui:Logo></mdui:UIInfo>"
	"<mdui:DiscoHints><mdui:GeolocationHint>geo:1,2</mdui:GeolocationHint></mdui:DiscoHints></md:Extensions>"
	"<md:KeyDescriptor "
	"use=\"signing\"><ds:KeyInfo><ds:KeyName>k</ds:KeyName><ds:X509Data>"
	"<ds:X509Certificate>MA\nA=</ds:X509Certificate>"
	"<ds:X509Certificate>MAA=</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
	"<md:SingleSignOnService Binding=\"u:b\" "
	"Location=\"https://a.example/sso\"></md:SingleSignOnService></md:IDPSSODescriptor>"
	"<md:SPSSODescriptor protocolSupportEnumeration=\"u:p\"></md:SPSSODescriptor>"
	"<md:SPSSODescriptor protocolSupportEnumeration=\"u:q\"><md:AssertionConsumerService Binding=\"u:c\" "
	"Location=\"https://a.example/acs\" ResponseLocation=\"https://a.example/r\" index=\"7\" isDefault=\"true\">"
	"</md:AssertionConsumerService><md:AttributeConsumingService index=\"1\"><md:ServiceName "
	"xml:lang=\"en\">S</md:ServiceName>"
	"<md:RequestedAttribute Name=\"u:r\" FriendlyName=\"mail\" NameFormat=\"u:f\" "
	"isRequired=\"true\"></md:RequestedAttribute>"
	"</md:AttributeConsumingService></md:SPSSODescriptor>"
	"<md:Organization><md:OrganizationName xml:lang=\"ja\">o</md:OrganizationName></md:Organization>"
	"<md:ContactPerson contactType=\"other\" "
	"remd:contactType=\"u:s\"><md:GivenName></md:GivenName><md:EmailAddress>mailto:a@a.example"
	"</md:EmailAddress><md:TelephoneNumber>1</md:TelephoneNumber></md:ContactPerson><x:y xmlns:x=\"urn:x\"></x:y>";

static struct span
document_of(struct arena *a, const char *root, const char *inside)
{
	const char *text = arena_print(a, "<%s", root);

	for (const struct context_namespace *n = metadata_context; n->prefix; n++)
		text = arena_print(a, "%s xmlns:%s=\"%s\"", text, n->prefix, n->uri);
	return span_text(arena_print(a, "%s entityID=\"https://a.example/\">%s</%s>", text, inside, root));
}

static void
everything_is_in_its_place(void **state)
{
	struct arena a = arena_init(PORTRAIT_ARENA + MIB);
	const struct portrait_role *idp, *sp;
	struct problem why;
	struct portrait p;

	(void)state;
	expect_ok("it is read", portrait_read(&a, document_of(&a, "md:EntityDescriptor", entity), &p, &why), &why);
	expect_span("the entity's name", p.entity_id, "https://a.example/");
	expect_number("one registration", p.registrations, 1);
	expect_span("by whom", p.registration_authority, "https://r.example/");
	expect_span("when", p.registration_instant, "2026-01-01T00:00:00Z");
	expect_span("by which policy", p.registration_policies.list[0].text, "https://r.example/p");
	expect_number("one attribute", p.attribute_count, 1);
	expect_number("of two values", p.attributes[0].value_count, 2);
	expect_span("kept with their white space", p.attributes[0].values[0], " one");
	expect_true("a value is found without it", portrait_has(&p, "u:a", "one", NULL));
	expect_true("another is not", !portrait_has(&p, "u:a", "three", NULL));
	expect_number("one element has no business there", p.stray_count, 1);
	expect_span("it is told where", p.strays[0].at, "Extensions/UIInfo");

	expect_number("three roles", p.role_count, 3);
	idp = &p.roles[0];
	sp = &p.roles[2];
	expect_text("an identity provider", idp->element, "IDPSSODescriptor");
	expect_span("its protocols", idp->protocols, SAML2);
	expect_span("its page for errors", idp->error_url, "https://a.example/e");
	expect_span("its scope", idp->scopes[0].text, "a.example");
	expect_span("which says it is no expression", idp->scopes[0].lang, "false");
	expect_number("two names", idp->ui.names.count, 2);
	expect_span("with entities resolved", idp->ui.names.list[0].text, "City & Town");
	expect_span("without white space around", idp->ui.names.list[1].text, "\xe5\xb8\x82");
	expect_span("each with its place", idp->ui.names.list[1].at,
	    "IDPSSODescriptor[1]/Extensions/UIInfo/DisplayName[2]");
	expect_number("two logos", idp->ui.logo_count, 2);
	expect_span("of a language", idp->ui.logos[0].lang, "en");
	expect_span("or none", idp->ui.logos[1].lang, "");
	expect_span("with a width", idp->ui.logos[1].width, "4");
	expect_span("a place", idp->geolocations[0].text, "geo:1,2");
	expect_number("one key", idp->key_count, 1);
	expect_number("in two certificates", idp->keys[0].certificates, 2);
	expect_number("the first of which is decoded", idp->keys[0].der.size, 2);
	expect_number("and by name", idp->keys[0].names, 1);
	expect_span("for signatures", idp->keys[0].use, "signing");
	expect_text("an endpoint", idp->endpoints[0].element, "SingleSignOnService");

	expect_number("the second of the services", sp->number, 2);
	expect_span("has its place", sp->at, "SPSSODescriptor[2]");
	expect_span("its endpoint an index", sp->endpoints[0].index, "7");
	expect_span("a default", sp->endpoints[0].is_default, "true");
	expect_span("a way back", sp->endpoints[0].response_location, "https://a.example/r");
	expect_span("it asks for an attribute", sp->requested[0].friendly_name, "mail");
	expect_span("which it must have", sp->requested[0].is_required, "true");
	expect_span("for a named service", sp->service_names.list[0].text, "S");

	expect_span("the organisation", p.organization_names.list[0].text, "o");
	expect_span("a contact's type", p.contacts[0].remd_type, "u:s");
	expect_true("an empty name is there", p.contacts[0].given_name_there && p.contacts[0].given_name.size == 0);
	expect_true("another is not", !p.contacts[0].surname_there);
	expect_number("one address", p.contacts[0].email_count, 1);
	expect_span("a strange namespace", p.namespaces[p.namespace_count - 1].uri, "urn:x");
	expect_span("and where", p.namespaces[p.namespace_count - 1].at, "y[1]");
	arena_release(&a);
}

static void
texts_come_in_the_nearest_language(void **state)
{
	static const struct {
		const char *title, *langs, *wanted, *found;
	} cases[] = {
		{ "the language itself", "de en ja", "de", "de" },
		{ "a region of it", "en-GB ja-JP", "ja", "ja-JP" },
		{ "Japanese before English for a third", "en ja", "fr", "ja" },
		{ "the other of both", "de en", "ja", "en" },
		{ "the first, if nothing else", "de fr", "ja", "de" },
		{ "a longer word is another language", "enm fr", "en", "enm" },
		{ "nothing, if there is nothing", "", "ja", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct lang_text list[3];
		struct portrait_texts texts = { .list = list };
		struct span rest = span_text(cases[i].langs);

		while (rest.size) {
			struct span lang = span_cut(&rest, ' ');

			list[texts.count++] = (struct lang_text){ .lang = lang, .text = lang };
		}
		expect_span(cases[i].title, portrait_text(&texts, cases[i].wanted), cases[i].found);
	}
}

static void
what_is_no_entity_is_refused(void **state)
{
	struct arena a = arena_init(4 * PORTRAIT_ARENA);
	struct buffer many = buffer_init(4 * MIB);
	struct problem why;
	struct portrait p;

	(void)state;
	expect_problem("another element", portrait_read(&a, document_of(&a, "md:EntitiesDescriptor", ""), &p, &why),
	    &why, ERR_SYNTAX, "expected an md:EntityDescriptor, found EntitiesDescriptor");
	expect_problem("no XML", portrait_read(&a, span_text("md"), &p, &why), &why, ERR_SYNTAX, "line 1");
	for (size_t i = 0; i <= PORTRAIT_ROLES; i++)
		buffer_text(&many, "<md:PDPDescriptor></md:PDPDescriptor>");
	buffer_byte(&many, 0);
	expect_problem("too many roles",
	    portrait_read(&a, document_of(&a, "md:EntityDescriptor", (const char *)buffer_span(&many).data), &p, &why),
	    &why, ERR_LIMIT, "expected at most 64 roles");
	buffer_clear(&many);
	for (size_t i = 0; i <= 25000; i++)
		buffer_text(&many, "<a></a>");
	buffer_byte(&many, 0);
	expect_problem("too many elements",
	    portrait_read(&a, document_of(&a, "md:EntityDescriptor", (const char *)buffer_span(&many).data), &p, &why),
	    &why, ERR_LIMIT, "expected at most 25000 elements");
	buffer_release(&many);
	arena_release(&a);
}

/* The dearest thing a byte can be: short endpoints, each with a struct and a path. */
static void
the_arena_is_enough(void **state)
{
	static const char one[] = "<md:AttributeService></md:AttributeService>";
	struct arena a = arena_init(4 * MIB), b = arena_init(PORTRAIT_ARENA);
	struct buffer many = buffer_init(2 * MIB);
	struct problem why;
	struct portrait p;
	struct span document;

	(void)state;
	buffer_text(&many, "<md:AttributeAuthorityDescriptor>");
	for (size_t i = 0; i < PORTRAIT_ITEMS - 64; i++)
		buffer_text(&many, one);
	buffer_text(&many, "</md:AttributeAuthorityDescriptor>");
	buffer_byte(&many, 0);
	document = document_of(&a, "md:EntityDescriptor", (const char *)buffer_span(&many).data);
	expect_ok("the largest entity is read", portrait_read(&b, document, &p, &why), &why);
	expect_number("whole", p.roles[0].endpoint_count, PORTRAIT_ITEMS - 64);
	expect_true("with half of the arena", b.used < PORTRAIT_ARENA / 2);
	buffer_release(&many);
	arena_release(&a);
	arena_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_in_its_place),
		cmocka_unit_test(texts_come_in_the_nearest_language),
		cmocka_unit_test(what_is_no_entity_is_refused),
		cmocka_unit_test(the_arena_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
