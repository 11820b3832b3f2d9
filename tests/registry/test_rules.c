/* tests/registry/test_rules.c - one entity that breaks no rule, and for each rule one that breaks it and nothing
 * else. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "certificates.h"
#include "registry/rule.h"
#include "registry/validation.h"

#define NOW "2026-11-22T06:00:00Z"
#define SCHEMAS "/usr/share/xml"
#define BINDING "urn:oasis:names:tc:SAML:2.0:bindings:"
#define CATEGORY "http://macedir.org/entity-category"
#define CERTIFICATION "urn:oasis:names:tc:SAML:attribute:assurance-certification"
#define URI_FORMAT "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
#define SAML2 "urn:oasis:names:tc:SAML:2.0:protocol"

#define VALUE(v) "<saml:AttributeValue>" v "</saml:AttributeValue>"
#define KEY(use, certificate) "<md:KeyDescriptor" use "><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" certificate \
	"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
#define UI(name) "<mdui:DisplayName xml:lang=\"en\">" name "</mdui:DisplayName>" \
	"<mdui:DisplayName xml:lang=\"ja\">\xe5\xb8\x82\xe5\xbd\xb9\xe6\x89\x80</mdui:DisplayName>" \
	"<mdui:Description xml:lang=\"en\">About " name "</mdui:Description>" \
	"<mdui:InformationURL xml:lang=\"en\">https://a.example/about</mdui:InformationURL>" \
	"<mdui:PrivacyStatementURL xml:lang=\"en\">https://a.example/privacy</mdui:PrivacyStatementURL>" \
	"<mdui:Logo height=\"80\" width=\"100\">https://a.example/logo.png</mdui:Logo>"

/* Everything the rules look at, as it should be: a service and an identity provider in every category, and
 * certified. */
static const char good[] =
	"<md:Extensions>"
	"<mdrpi:RegistrationInfo registrationAuthority=\"https://r.example/\" "
	    "registrationInstant=\"2026-01-01T00:00:00Z\">"
	"<mdrpi:RegistrationPolicy xml:lang=\"en\">https://r.example/policy</mdrpi:RegistrationPolicy>"
	"</mdrpi:RegistrationInfo>"
	"<mdattr:EntityAttributes>"
	"<saml:Attribute Name=\"" CATEGORY "\" NameFormat=\"" URI_FORMAT "\">"
	VALUE("http://refeds.org/category/research-and-scholarship")
	VALUE("https://refeds.org/category/personalized")
	VALUE("https://refeds.org/category/code-of-conduct/v2")
	VALUE("http://refeds.org/category/hide-from-discovery")
	"</saml:Attribute>"
	"<saml:Attribute Name=\"" CATEGORY "-support\" NameFormat=\"" URI_FORMAT "\">"
	VALUE("http://refeds.org/category/research-and-scholarship") "</saml:Attribute>"
	"<saml:Attribute Name=\"" CERTIFICATION "\" NameFormat=\"" URI_FORMAT "\">"
	VALUE("https://refeds.org/sirtfi") VALUE("https://refeds.org/sirtfi2") "</saml:Attribute>"
	"</mdattr:EntityAttributes></md:Extensions>"
	"<md:IDPSSODescriptor protocolSupportEnumeration=\"" SAML2 "\">"
	"<md:Extensions><shibmd:Scope regexp=\"false\">city.example.lg.jp</shibmd:Scope>"
	"<mdui:UIInfo>" UI("City") "</mdui:UIInfo>"
	"<mdui:DiscoHints><mdui:GeolocationHint>geo:35.6,139.7</mdui:GeolocationHint></mdui:DiscoHints></md:Extensions>"
	KEY("", CERTIFICATE_GOOD)
	"<md:SingleSignOnService Binding=\"" BINDING "HTTP-Redirect\" Location=\"https://a.example/sso\">"
	"</md:SingleSignOnService></md:IDPSSODescriptor>"
	"<md:SPSSODescriptor protocolSupportEnumeration=\"" SAML2 "\">"
	"<md:Extensions><idpdisc:DiscoveryResponse "
	    "Binding=\"urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol\" "
	"Location=\"https://a.example/ds\" index=\"1\"></idpdisc:DiscoveryResponse>"
	"<mdui:UIInfo>" UI("Desk") "</mdui:UIInfo></md:Extensions>"
	KEY(" use=\"signing\"", CERTIFICATE_GOOD)
	"<md:AssertionConsumerService Binding=\"" BINDING "HTTP-POST\" Location=\"https://a.example/acs\" index=\"1\">"
	"</md:AssertionConsumerService>"
	"<md:AssertionConsumerService Binding=\"" BINDING "HTTP-Artifact\" Location=\"https://a.example/art\" "
	    "index=\"2\">"
	"</md:AssertionConsumerService>"
	"<md:AttributeConsumingService index=\"1\"><md:ServiceName xml:lang=\"en\">Desk</md:ServiceName>"
	"<md:RequestedAttribute Name=\"urn:oid:0.9.2342.19200300.100.1.3\" NameFormat=\"" URI_FORMAT
	"\" isRequired=\"true\">"
	"</md:RequestedAttribute></md:AttributeConsumingService></md:SPSSODescriptor>"
	"<md:Organization><md:OrganizationName xml:lang=\"en\">City</md:OrganizationName>"
	"<md:OrganizationDisplayName xml:lang=\"en\">City</md:OrganizationDisplayName>"
	"<md:OrganizationURL xml:lang=\"en\">https://a.example/</md:OrganizationURL></md:Organization>"
	"<md:ContactPerson contactType=\"technical\"><md:GivenName>Tech</md:GivenName>"
	"<md:EmailAddress>mailto:tech@a.example</md:EmailAddress></md:ContactPerson>"
	"<md:ContactPerson contactType=\"other\" remd:contactType=\"http://refeds.org/metadata/contactType/security\">"
	"<md:GivenName>Security</md:GivenName><md:EmailAddress>mailto:csirt@a.example</md:EmailAddress>"
	"</md:ContactPerson>";

#define ROLES_CUT "<md:SPSSODescriptor protocol", "</md:SPSSODescriptor>"
#define IN_SP "SPSSODescriptor[1]"
#define IN_IDP "IDPSSODescriptor[1]"
#define SP_KEY " use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" CERTIFICATE_GOOD
#define CATEGORIES "Extensions/EntityAttributes/Attribute[1]"
#define RS "http://refeds.org/category/research-and-scholarship"

/* What is exchanged in the good one (at its last occurrence), and what is found then: "level element | found" lines.
 * `until`: from `from` to behind that text, instead of `from` alone. */
static const struct {
	const char *title, *rule, *from, *until, *to, *found;
} cases[] = {
	{ "an element the schema does not know", "schema.invalid", "<md:SingleSignOnService", NULL,
	  "<md:Sso></md:Sso><md:SingleSignOnService",
	  "error " IN_IDP "/Sso[1] | Element 'Sso': This element is not expected. Expected is one of ( KeyDescriptor, "
	  "Organization, "
	  "ContactPerson, ArtifactResolutionService, SingleLogoutService, ManageNameIDService, NameIDFormat, "
	  "SingleSignOnService ).\n" },
	{ "an empty name", "edugain.contact-empty", "<md:GivenName>Tech<", NULL, "<md:GivenName> <",
	  "warning ContactPerson[1] | GivenName\n" },
	{ "an address that is none", "edugain.contact-empty", "<md:EmailAddress>mailto:tech@a.example<", NULL,
	  "<md:EmailAddress>mailto:<", "warning ContactPerson[1] | EmailAddress\n" },
	{ "an empty organisation", "edugain.organization-empty", ">City</md:OrganizationName>", NULL,
	  "></md:OrganizationName>",
	  "warning Organization/OrganizationName[1] | \n" },
	{ "contacts, but no technical one", "edugain.contact-missing", "contactType=\"technical\"", NULL,
	  "contactType=\"administrative\"", NULL },
	{ "an address without its scheme", "edugain.contact-mailto", "mailto:tech@", NULL, "tech@",
	  "warning ContactPerson[1] | EmailAddress\n" },
	{ "a second registration", "edugain.registration-twice", "</mdrpi:RegistrationInfo>", NULL,
	  "</mdrpi:RegistrationInfo><mdrpi:RegistrationInfo "
	  "registrationAuthority=\"https://x.example/\"></mdrpi:RegistrationInfo>",
	  "error Extensions/RegistrationInfo[2] | \n" },
	{ "a second list of attributes", "edugain.entity-attributes-twice", "</mdattr:EntityAttributes>", NULL,
	  "</mdattr:EntityAttributes><mdattr:EntityAttributes><saml:Attribute Name=\"u:a\"></saml:Attribute>"
	  "</mdattr:EntityAttributes>", "error Extensions/EntityAttributes[2] | \n" },
	{ "attributes in a role", "edugain.entity-attributes-in-role", "<mdui:UIInfo>", NULL,
	  "<mdattr:EntityAttributes><saml:Attribute "
	  "Name=\"u:a\"></saml:Attribute></mdattr:EntityAttributes><mdui:UIInfo>",
	  "warning " IN_SP "/Extensions/EntityAttributes | \n" },
	{ "a registration without its policy", "edugain.registration-policy-missing", "<mdrpi:RegistrationPolicy",
	  "</mdrpi:RegistrationPolicy>", "", "warning Extensions/RegistrationInfo | https://r.example/\n" },
	{ "a value with a line break", "edugain.attribute-value-space", "https://refeds.org/sirtfi2", NULL,
	  "https://refeds.org/sirtfi2\n",
	  "warning Extensions/EntityAttributes/Attribute[3] | https://refeds.org/sirtfi2 \n" },
	{ "an identity provider with a key for encryption alone", "edugain.idp-key-missing", "<md:KeyDescriptor>", NULL,
	  "<md:KeyDescriptor use=\"encryption\">", "error " IN_IDP " | \n" },
	{ "an empty description", "edugain.ui-empty", "\"en\">About City<", NULL, "\"en\"><",
	  "warning " IN_IDP "/Extensions/UIInfo/Description[1] | \n" },
	{ "a place that is none", "edugain.geolocation", "geo:35.6", NULL, "35.6",
	  "warning " IN_IDP "/Extensions/DiscoHints/GeolocationHint[1] | 35.6,139.7\n" },
	{ "an empty name of the service", "edugain.service-name-empty", ">Desk</md:ServiceName>", NULL,
	  "></md:ServiceName>",
	  "warning " IN_SP "/AttributeConsumingService[1]/ServiceName[1] | \n" },
	{ "responses by redirect", "edugain.acs-redirect", "HTTP-Artifact", NULL, "HTTP-Redirect",
	  "error " IN_SP "/AssertionConsumerService[2] | " BINDING "HTTP-Redirect\n" },
	{ "another binding for discovery", "edugain.discovery-binding",
	  "Binding=\"urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery",
	  NULL, "Binding=\"urn:x:discovery",
	  "warning " IN_SP "/Extensions/DiscoveryResponse[1] | urn:x:discovery-protocol\n" },
	{ "two discovery endpoints of one index", "edugain.discovery-index", "</idpdisc:DiscoveryResponse>", NULL,
	  "</idpdisc:DiscoveryResponse><idpdisc:DiscoveryResponse "
	  "Binding=\"urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol\" Location=\"https://a.example/2\" "
	  "index=\"1\">"
	  "</idpdisc:DiscoveryResponse>", "warning " IN_SP "/Extensions/DiscoveryResponse[2] | 1\n" },
	{ "a scope that does not say whether it is an expression", "edugain.scope-regexp-unsaid", " regexp=\"false\"",
	  NULL, "",
	  "warning " IN_IDP "/Extensions/Scope[1] | city.example.lg.jp\n" },
	{ "no name to choose by", "edugain.display-name-missing", "<mdui:DisplayName xml:lang=\"en\">City<",
	  "<mdui:Description",
	  "<mdui:Description", "warning " IN_IDP " | \n" },
	{ "no description", "edugain.description-missing", "<mdui:Description xml:lang=\"en\">About City<",
	  "</mdui:Description>", "",
	  NULL },
	{ "no logo", "edugain.logo-missing", "<mdui:Logo", "</mdui:Logo>", "", "warning " IN_SP " | \n" },

	{ "a registration in a role", "ukf.registration-misplaced", "<mdui:UIInfo>", NULL,
	  "<mdrpi:RegistrationInfo registrationAuthority=\"u:r\"></mdrpi:RegistrationInfo><mdui:UIInfo>",
	  "error " IN_SP "/Extensions/RegistrationInfo | \n" },
	{ "a registration in local time", "ukf.registration-instant", "2026-01-01T00:00:00Z", NULL,
	  "2026-01-01T00:00:00+09:00",
	  "warning Extensions/RegistrationInfo | 2026-01-01T00:00:00+09:00\n" },
	{ "two policies in English", "ukf.registration-policy-languages", "</mdrpi:RegistrationPolicy>", NULL,
	  "</mdrpi:RegistrationPolicy><mdrpi:RegistrationPolicy "
	  "xml:lang=\"en\">https://r.example/2</mdrpi:RegistrationPolicy>",
	  "warning Extensions/RegistrationInfo/RegistrationPolicy[2] | en\n" },
	{ "a publication of its own", "ukf.publication-info", "<mdattr:EntityAttributes>", NULL,
	  "<mdrpi:PublicationInfo publisher=\"u:p\"></mdrpi:PublicationInfo><mdattr:EntityAttributes>",
	  "warning Extensions/PublicationInfo | \n" },
	{ "a key that is only named", "ukf.key-empty", "<ds:KeyInfo><ds:X509Data>", "</ds:X509Data>",
	  "<ds:KeyInfo><ds:KeyName>k</ds:KeyName>", "warning " IN_SP "/KeyDescriptor[1] | \n" },
	{ "two certificates in one descriptor", "ukf.key-several-certificates", "</ds:X509Certificate>", NULL,
	  "</ds:X509Certificate><ds:X509Certificate>" CERTIFICATE_GOOD "</ds:X509Certificate>",
	  "warning " IN_SP "/KeyDescriptor[1] | 2 X509Certificate\n" },
	{ "two of what is shown", "ukf.ui-info-twice", "</mdui:UIInfo>", NULL,
	  "</mdui:UIInfo><mdui:UIInfo><mdui:Keywords xml:lang=\"en\">city</mdui:Keywords></mdui:UIInfo>",
	  "error " IN_SP " | 2 UIInfo\n" },
	{ "what is shown, outside of roles", "ukf.ui-info-misplaced", "<mdattr:EntityAttributes>", NULL,
	  "<mdui:UIInfo></mdui:UIInfo><mdattr:EntityAttributes>", "warning Extensions/UIInfo | \n" },
	{ "two names in English", "ukf.ui-info-languages", "<mdui:DisplayName xml:lang=\"ja\">", NULL,
	  "<mdui:DisplayName xml:lang=\"en\">", "warning " IN_SP "/Extensions/UIInfo/DisplayName[2] | en\n" },
	{ "hints about a service", "ukf.disco-hints-misplaced", "</mdui:UIInfo>", NULL,
	  "</mdui:UIInfo><mdui:DiscoHints></mdui:DiscoHints>", "warning " IN_SP " | 1 DiscoHints\n" },
	{ "a picture by http", "ukf.logo-https", "https://a.example/logo.png", NULL, "http://a.example/logo.png",
	  "warning " IN_SP "/Extensions/UIInfo/Logo[1] | http://a.example/logo.png\n" },
	{ "a name of two lines", "ukf.organization-display-name-line", ">City</md:OrganizationDisplayName>", NULL,
	  ">The\nCity</md:OrganizationDisplayName>", "warning Organization/OrganizationDisplayName[1] | The City\n" },
	{ "a text of no language", "ukf.language-empty", "xml:lang=\"en\">Desk</md:ServiceName>", NULL,
	  "xml:lang=\"\">Desk</md:ServiceName>", "warning " IN_SP "/AttributeConsumingService[1]/ServiceName[1] | "
	  "Desk\n" },
	{ "a space behind a URL", "ukf.endpoint-space", "https://a.example/art", NULL, "https://a.example/art ",
	  "warning " IN_SP "/AssertionConsumerService[2] | https://a.example/art \n" },
	{ "assertions by http", "ukf.endpoint-https", "https://a.example/art", NULL, "http://a.example/art",
	  "warning " IN_SP "/AssertionConsumerService[2] | http://a.example/art\n" },
	{ "two endpoints of one index", "ukf.endpoint-index", "art\" index=\"2\"", NULL, "art\" index=\"1\"",
	  "warning " IN_SP "/AssertionConsumerService[2] | 1\n" },
	{ "an extension nobody knows", "ukf.namespace-unknown", "<mdui:UIInfo>", NULL,
	  "<x:y xmlns:x=\"urn:x:y\"></x:y><mdui:UIInfo>", "warning " IN_SP "/Extensions/y[1] | urn:x:y\n" },
	{ "a scope that is an expression", "ukf.scope-regexp", "regexp=\"false\"", NULL, "regexp=\"true\"",
	  "warning " IN_IDP "/Extensions/Scope[1] | city.example.lg.jp\n" },
	{ "a scope that speaks for every city", "ukf.scope-suffix", ">city.example.lg.jp<", NULL, ">LG.JP<",
	  "error " IN_IDP "/Extensions/Scope[1] | LG.JP\n" },
	{ "a scope without a dot", "ukf.scope-suffix", ">city.example.lg.jp<", NULL, ">jp<",
	  "error " IN_IDP "/Extensions/Scope[1] | jp\n" },

	{ "a category of services on an identity provider", "refeds.category-role", ROLES_CUT, "", NULL },
	{ "a category of no format", "refeds.attribute-format", "\" NameFormat=\"" URI_FORMAT "\">"
	  VALUE("https://refeds.org/sirtfi"),
	  NULL, "\">" VALUE("https://refeds.org/sirtfi"), "warning Extensions/EntityAttributes/Attribute[3] | \n" },
	{ "research without POST", "refeds.rs-post", "HTTP-POST", NULL, "PAOS", "warning " CATEGORIES " | \n" },
	{ "research without a page", "refeds.rs-ui", "<mdui:InformationURL", "</mdui:InformationURL>", "", NULL },
	{ "research without a technical contact", "refeds.rs-contact", "contactType=\"technical\"", NULL,
	  "contactType=\"administrative\"", NULL },
	{ "research that asks for nothing", "refeds.rs-attributes", "<md:RequestedAttribute",
	  "</md:RequestedAttribute>", "", NULL },
	{ "access without any contact", "refeds.access-contact", "<md:ContactPerson contactType=\"technical\"",
	  "mailto:csirt@a.example</md:EmailAddress></md:ContactPerson>", "", NULL },
	{ "access without a page", "refeds.access-ui", "<mdui:InformationURL", "</mdui:InformationURL>", "", NULL },
	{ "access without a privacy statement", "refeds.access-privacy", "<mdui:PrivacyStatementURL",
	  "</mdui:PrivacyStatementURL>", "",
	  NULL },
	{ "conduct in another language", "refeds.coco-ui", "<mdui:Description xml:lang=\"en\">About Desk", NULL,
	  "<mdui:Description xml:lang=\"de\">About Desk", "warning " CATEGORIES " | Description\n" },
	{ "conduct that asks for nothing", "refeds.coco-attributes", "<md:AttributeConsumingService",
	  "</md:AttributeConsumingService>",
	  "", NULL },
	{ "a hidden service", "refeds.hide-from-discovery-role", "<md:IDPSSODescriptor", "</md:IDPSSODescriptor>", "",
	  NULL },
	{ "a service that supports a category", "refeds.support-role", "<md:IDPSSODescriptor",
	  "</md:IDPSSODescriptor>", "", NULL },
	{ "a security contact without a name", "sirtfi.security-contact", "<md:GivenName>Security</md:GivenName>", NULL,
	  "", "warning ContactPerson[2] | GivenName\n" },
	{ "no security contact", "sirtfi.security-contact", "contactType/security", NULL, "contactType/other",
	  "warning Extensions/EntityAttributes/Attribute[3] | \n" },
	{ "the second of Sirtfi alone", "sirtfi.second-without-first", VALUE("https://refeds.org/sirtfi"), NULL, "",
	  "warning Extensions/EntityAttributes/Attribute[3] | https://refeds.org/sirtfi2\n" },

	{ "a sequence that is no certificate", "key.certificate-unreadable", SP_KEY, NULL,
	  " use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>MAA=", "error " IN_SP
	  "/KeyDescriptor[1] | \n" },
	{ "a short key", "key.rsa-short", SP_KEY, NULL,
	  " use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" CERTIFICATE_SHORT,
	  "warning " IN_SP "/KeyDescriptor[1] | RSA 1024\n" },
	{ "a certificate that has expired", "key.certificate-expired", SP_KEY, NULL,
	  " use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" CERTIFICATE_EXPIRED,
	  "warning " IN_SP "/KeyDescriptor[1] | 2026-01-01T00:00:00Z\n" },
	{ "a certificate that is about to", "key.certificate-expiring", SP_KEY, NULL,
	  " use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" CERTIFICATE_EXPIRING,
	  "warning " IN_SP "/KeyDescriptor[1] | 2026-12-31T00:00:00Z\n" },
};

/* Rules whose case does not fit the table: each has a test of its own below, or is the schema's too. */
static const char *const elsewhere[] = { "schema.too-large", "edugain.entity-id", "edugain.logo-size",
	"ukf.logo-length", "registry.claim-not-believed" };

static struct instant
at(const char *text)
{
	struct instant t;

	assert_true(instant_read(span_text(text), &t));
	return t;
}

static struct validator *
validator_of(const struct rule_setting *settings, size_t count)
{
	const struct validation_settings s = { SCHEMAS, settings, count };
	struct validator *v = NULL;
	struct problem why = { 0 };
	enum err err = validator_new(&s, &v, &why);

	if (err == ERR_NOT_FOUND) {
		print_message("skipped: %s\n", why.text);
		skip();
	}
	expect_ok("the schemas compile", err, &why);
	return v;
}

struct looked {
	bool good;
	struct rule_finding *findings;
	size_t count;
};

static struct looked
look_at(struct validator *v, struct arena *arena, const char *id, struct span content, const char *now)
{
	const struct entity entity = { .entity_id = span_text(id) };
	const struct fragment fragment = { .registration = REGISTRATION_PRESENT, .content = content };
	const struct validation_subject subject = { .entity = &entity, .fragment = &fragment, .now = at(now) };
	struct looked l;

	l.good = validate_entity(v, arena, &subject, &l.findings, &l.count);
	return l;
}

/* All of one rule, or of all rules with their names. */
static const char *
words_of(struct arena *arena, const struct looked *l, const char *rule)
{
	const char *words = "";

	for (size_t i = 0; i < l->count; i++) {
		const struct rule_finding *f = &l->findings[i];

		if (!rule || span_is(f->rule, rule))
			words = arena_print(arena, "%s%.*s%s%s%s%.*s | %.*s\n", words, rule ? 0 : (int)f->rule.size,
			    (const char *)f->rule.data,
			    rule ? "" : " ", finding_level_name(f->level), f->element.size ? " " : "",
			    SPAN_ARGS(f->element),
			    SPAN_ARGS(f->found));
	}
	return words;
}

static void
a_good_entity_breaks_no_rule(void **state)
{
	struct validator *v = validator_of(NULL, 0);
	struct arena a = arena_init(4 * MIB);
	struct looked l = look_at(v, &a, "https://a.example/", span_text(good), NOW);

	(void)state;
	expect_text("nothing is found", words_of(&a, &l, NULL), "");
	expect_true("and it may be published", l.good);
	arena_release(&a);
	validator_free(v);
}

static const char *
last_of(const char *text, const char *part)
{
	const char *found = NULL, *next = text;

	while ((next = strstr(next, part)))
		found = next++;
	return found;
}

static struct span
edited(struct arena *a, const char *from, const char *until, const char *to)
{
	const char *start = last_of(good, from), *end = start ? start + strlen(from) : NULL;

	assert_non_null(start);
	if (until) {
		end = strstr(start, until);
		assert_non_null(end);
		end += strlen(until);
	}
	return span_text(arena_print(a, "%.*s%s%s", (int)(start - good), good, to, end));
}

static void
each_rule_finds_what_breaks_it(void **state)
{
	struct validator *v = validator_of(NULL, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(4 * MIB);
		struct looked l = look_at(v, &a, "https://a.example/",
		    edited(&a, cases[i].from, cases[i].until, cases[i].to), NOW);
		const char *words = words_of(&a, &l, cases[i].rule), *all = words_of(&a, &l, NULL);
		bool error = strstr(all, " error") != NULL;

		/* Categories share their demands: those cases break several rules at once. */
		if (cases[i].found)
			expect_text(cases[i].title, words, cases[i].found);
		expect_true(cases[i].title, *words != '\0');
		if (cases[i].found && strcmp(words, cases[i].found) == 0 && l.count != 1)
			print_error("%s\n", all);
		expect_true(cases[i].title, !cases[i].found || l.count == 1);
		expect_true(cases[i].title, l.good == !error);
		arena_release(&a);
	}
	validator_free(v);
}

/* Cases that break several: which. */
static void
shared_demands_are_all_told(void **state)
{
	static const struct {
		const char *title, *from, *until, *to, *found;
	} shared[] = {
		{ "without the service", ROLES_CUT, "",
		  "refeds.category-role warning " CATEGORIES " | " RS "\n"
		  "refeds.category-role warning " CATEGORIES " | https://refeds.org/category/personalized\n"
		  "refeds.category-role warning " CATEGORIES " | https://refeds.org/category/code-of-conduct/v2\n" },
		{ "without the identity provider", "<md:IDPSSODescriptor", "</md:IDPSSODescriptor>", "",
		  "refeds.hide-from-discovery-role warning " CATEGORIES
		  " | http://refeds.org/category/hide-from-discovery\n"
		  "refeds.support-role warning Extensions/EntityAttributes/Attribute[2] | " RS "\n" },
		{ "without a page about the service", "<mdui:InformationURL", "</mdui:InformationURL>", "",
		  "refeds.rs-ui warning " CATEGORIES " | InformationURL\n"
		  "refeds.access-ui warning " CATEGORIES " | InformationURL\n" },
		{ "without a privacy statement", "<mdui:PrivacyStatementURL", "</mdui:PrivacyStatementURL>", "",
		  "refeds.access-privacy warning " CATEGORIES " | PrivacyStatementURL\n"
		  "refeds.coco-ui warning " CATEGORIES " | PrivacyStatementURL\n" },
		{ "without attributes", "<md:AttributeConsumingService", "</md:AttributeConsumingService>", "",
		  "refeds.rs-attributes warning " CATEGORIES " | \n"
		  "refeds.coco-attributes warning " CATEGORIES " | \n" },
		{ "without a technical contact", "contactType=\"technical\"", NULL, "contactType=\"administrative\"",
		  "edugain.contact-missing warning | \n"
		  "refeds.rs-contact warning " CATEGORIES " | \n" },
		{ "without contacts", "<md:ContactPerson contactType=\"technical\"",
		  "mailto:csirt@a.example</md:EmailAddress></md:ContactPerson>", "",
		  "edugain.contact-missing warning | \n"
		  "refeds.rs-contact warning " CATEGORIES " | \n"
		  "refeds.access-contact warning " CATEGORIES " | https://refeds.org/category/personalized\n"
		  "sirtfi.security-contact warning Extensions/EntityAttributes/Attribute[3] | \n" },
		{ "a logo of no size", " width=\"100\"", NULL, " width=\"wide\"",
		  "schema.invalid error " IN_SP "/Extensions/UIInfo/Logo[1] | Element 'Logo', attribute 'width': "
		  "'wide' is not a valid "
		  "value of the atomic type 'xs:positiveInteger'.\n"
		  "edugain.logo-size warning " IN_SP "/Extensions/UIInfo/Logo[1] | wide\n" },
	};
	struct validator *v = validator_of(NULL, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(shared); i++) {
		struct arena a = arena_init(4 * MIB);
		struct looked l = look_at(v, &a, "https://a.example/",
		    edited(&a, shared[i].from, shared[i].until, shared[i].to), NOW);

		expect_text(shared[i].title, words_of(&a, &l, NULL), shared[i].found);
		arena_release(&a);
	}
	validator_free(v);
}

static void
entity_ids_have_a_form(void **state)
{
	static const struct {
		const char *id, *found;
	} ids[] = {
		{ "https://a.example/", "" },
		{ "http://a.example/", "" },
		{ "urn:mace:example:a", "" },
		{ "a.example", "edugain.entity-id error | a.example\n" },
		{ "https://a.example/a b", "edugain.entity-id error | https://a.example/a b\n" },
	};
	struct validator *v = validator_of(NULL, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct arena a = arena_init(4 * MIB);
		struct looked l = look_at(v, &a, ids[i].id, span_text(good), NOW);

		expect_text(ids[i].id, words_of(&a, &l, NULL), ids[i].found);
		arena_release(&a);
	}
	validator_free(v);
}

static struct span
with_logo(struct arena *a, size_t size)
{
	char *logo = arena_take(a, size + 1);

	memset(logo, 'A', size);
	memcpy(logo, "data:image/png;base64,", 22);
	return edited(a, "https://a.example/logo.png", NULL, logo);
}

static void
logos_in_metadata_are_small(void **state)
{
	struct validator *v = validator_of(NULL, 0);
	struct arena a = arena_init(8 * MIB);
	struct looked small = look_at(v, &a, "https://a.example/", with_logo(&a, 40000), NOW);
	struct looked large = look_at(v, &a, "https://a.example/", with_logo(&a, 40001), NOW);

	(void)state;
	expect_text("40,000 bytes are borne", words_of(&a, &small, NULL), "");
	expect_text("more are warned of", words_of(&a, &large, NULL),
	    "ukf.logo-length warning " IN_SP "/Extensions/UIInfo/Logo[1] | 40001 bytes\n");
	arena_release(&a);
	validator_free(v);
}

static void
what_the_source_claimed_is_told(void **state)
{
	const struct entity entity = { .entity_id = span_text("https://a.example/") };
	const struct fragment fragment = { .registration = REGISTRATION_PRESENT, .content = span_text(good) };
	const struct span claimed = span_text(CATEGORY " https://refeds.org/category/anonymous");
	const struct validation_subject subject = { .member = span_text("m1"), .entity = &entity, .fragment = &fragment,
		.now = at(NOW), .claimed = &claimed, .claimed_count = 1 };
	struct validator *v = validator_of(NULL, 0);
	struct arena a = arena_init(4 * MIB);
	struct looked l;

	(void)state;
	l.good = validate_entity(v, &a, &subject, &l.findings, &l.count);
	expect_text("the claim is found", words_of(&a, &l, NULL),
	    "registry.claim-not-believed warning Extensions/EntityAttributes | " CATEGORY
	    " https://refeds.org/category/anonymous\n");
	expect_span("with the member", l.findings[0].member, "m1");
	expect_span("and the entity", l.findings[0].entity_id, "https://a.example/");
	arena_release(&a);
	validator_free(v);
}

static void
too_much_is_refused(void **state)
{
	static const char one[] = "<saml:AttributeValue>v</saml:AttributeValue>";
	struct validator *v = validator_of(NULL, 0);
	struct arena a = arena_init(8 * MIB);
	struct buffer values = buffer_init(2 * MIB);
	struct looked l;

	(void)state;
	for (size_t i = 0; i <= PORTRAIT_ITEMS; i++)
		buffer_text(&values, one);
	buffer_byte(&values, 0);
	l = look_at(v, &a, "https://a.example/",
	    edited(&a, VALUE("https://refeds.org/sirtfi"), NULL, (const char *)buffer_span(&values).data), NOW);
	expect_text("more than anybody needs", words_of(&a, &l, NULL),
	    "schema.too-large error | expected at most 10000 keys, endpoints, attributes and texts in an entity\n");
	expect_true("is not published", !l.good);
	buffer_release(&values);
	arena_release(&a);
	validator_free(v);
}

static void
one_rule_does_not_hide_the_others(void **state)
{
	static const char one[] = "<md:SingleSignOnService Binding=\"b\" "
	    "Location=\"http://a.example/\"></md:SingleSignOnService>";
	struct validator *v = validator_of(NULL, 0);
	struct arena a = arena_init(8 * MIB);
	struct buffer many = buffer_init(2 * MIB);
	struct looked l;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		buffer_text(&many, one);
	buffer_text(&many, "<md:SingleSignOnService");
	buffer_byte(&many, 0);
	l = look_at(v, &a, "https://a.example/",
	    edited(&a, "<md:SingleSignOnService", NULL, (const char *)buffer_span(&many).data), NOW);
	expect_number("a thousand endpoints by http are twenty findings", l.count, RULE_FINDINGS);
	buffer_release(&many);
	arena_release(&a);
	validator_free(v);
}

/* Levels */

static void
operators_set_levels(void **state)
{
	static const struct {
		const char *title, *level, *now, *found;
	} levels[] = {
		{ "off", "off", NOW, "" },
		{ "an error", "error", NOW, "error " IN_SP " | \n" },
		{ "a warning", "warning", NOW, "warning " IN_SP " | \n" },
		{ "an error from a day on, the day before", "2026-11-23", "2026-11-22T23:59:59Z", "warning " IN_SP
		    " | \n" },
		{ "and that day", "2026-11-23", "2026-11-23T00:00:00Z", "error " IN_SP " | \n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(levels); i++) {
		const struct rule_setting setting = { "edugain.logo-missing", levels[i].level };
		struct validator *v = validator_of(&setting, 1);
		struct arena a = arena_init(4 * MIB);
		struct looked l = look_at(v, &a, "https://a.example/", edited(&a, "<mdui:Logo", "</mdui:Logo>", ""),
		    levels[i].now);

		expect_text(levels[i].title, words_of(&a, &l, "edugain.logo-missing"), levels[i].found);
		expect_true(levels[i].title, l.good == !strstr(levels[i].found, "error"));
		if (i == 3)
			expect_number("the warning tells the day", l.findings[0].error_from.us,
			    at("2026-11-23T00:00:00Z").us);
		arena_release(&a);
		validator_free(v);
	}
}

static void
the_tables_own_dates_come(void **state)
{
	struct validator *v = validator_of(NULL, 0);
	struct arena a = arena_init(4 * MIB);
	struct span content = edited(&a, SP_KEY, NULL,
	    " use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" CERTIFICATE_SHORT);
	struct looked before = look_at(v, &a, "https://a.example/", content, "2027-11-30T23:59:59Z");
	struct looked after = look_at(v, &a, "https://a.example/", content, "2027-12-01T00:00:00Z");

	(void)state;
	expect_true("a short key is borne until December 2027", before.good);
	expect_true("and then refused", !after.good);
	arena_release(&a);
	validator_free(v);
}

static void
wrong_settings_are_problems(void **state)
{
	static const struct {
		const char *title, *schemas, *rule, *level;
		enum err err;
		const char *part;
	} wrong[] = {
		{ "no such rule", SCHEMAS, "edugain.nothing", "off", ERR_INVALID,
		  "expected the name of a rule, found \"edugain.nothing\"" },
		{ "no such level", SCHEMAS, "edugain.logo-missing", "loud", ERR_INVALID,
		  "expected \"off\", \"warning\", \"error\" or a day such as \"2027-04-01\" for rule "
		  "edugain.logo-missing, found \"loud\"" },
		{ "no such day", SCHEMAS, "edugain.logo-missing", "2027-02-30", ERR_INVALID, "found \"2027-02-30\"" },
		{ "no schemas", "/nonexistent", "edugain.logo-missing", "off", ERR_NOT_FOUND,
		  "/nonexistent/opensaml/saml-schema-metadata-2.0.xsd: No such file or directory; expected the schema "
		  "of Debian's package opensaml-schemas" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const struct rule_setting setting = { wrong[i].rule, wrong[i].level };
		const struct validation_settings settings = { wrong[i].schemas, &setting, 1 };
		struct validator *v = NULL;
		struct problem why = { 0 };
		enum err err = validator_new(&settings, &v, &why);

		expect_problem(wrong[i].title, err, &why, wrong[i].err, wrong[i].part);
		expect_true("nothing is made", v == NULL);
	}
}

/* The table */

static bool
is_tested(const char *rule)
{
	for (size_t i = 0; i < COUNT(cases); i++)
		if (strcmp(cases[i].rule, rule) == 0)
			return true;
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		if (strcmp(elsewhere[i], rule) == 0)
			return true;
	return false;
}

static void
every_rule_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; rules[i].id; i++) {
		expect_true(rules[i].id, i < RULES_LARGEST);
		expect_true(rules[i].id, rules[i].level != FINDING_NONE && rules[i].check && rules[i].clause);
		expect_true(rules[i].id, rules[i].right_ja && strlen(rules[i].right_ja) > 10);
		expect_true(rules[i].id, rules[i].right_en && strlen(rules[i].right_en) > 10);
		expect_true("a date makes a warning an error", !rules[i].error_from ||
		    rules[i].level == FINDING_WARNING);
		for (size_t n = 0; n < i; n++)
			expect_true(rules[i].id, strcmp(rules[n].id, rules[i].id) != 0);
		if (!is_tested(rules[i].id))
			print_error("no case for %s\n", rules[i].id);
		expect_true("a case tests it", is_tested(rules[i].id));
	}
}

static char *
file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text;
	size_t size;

	if (!f)
		return NULL;
	text = calloc(1, 256 * KIB);
	assert_non_null(text);
	size = fread(text, 1, 256 * KIB - 1, f);
	assert_true(size < 256 * KIB - 1);
	fclose(f);
	return text;
}

/* Rows of server/registry/RULES.md begin with "| `rule.id` | level |". */
static void
the_document_names_the_rules(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096], row[200];
	size_t told = 0;
	char *text;

	(void)state;
	snprintf(path, sizeof(path), "%s/server/registry/RULES.md", top ? top : ".");
	text = file_text(path);
	assert_non_null(text);
	for (const char *next = text; (next = strstr(next, "\n| `")); next++)
		told++;
	for (size_t i = 0; rules[i].id; i++) {
		snprintf(row, sizeof(row), "\n| `%s` | %s%s%s |", rules[i].id, finding_level_name(rules[i].level),
		    rules[i].error_from ? ", error from " : "", rules[i].error_from ? rules[i].error_from : "");
		if (!strstr(text, row))
			print_error("expected in RULES.md:%s\n", row);
		expect_true(rules[i].id, strstr(text, row) != NULL);
		expect_true(rules[i].right_en, strstr(text, rules[i].right_en) != NULL);
		told--;
	}
	expect_number("no other rule is told", told, 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_is_whole),
		cmocka_unit_test(a_good_entity_breaks_no_rule),
		cmocka_unit_test(each_rule_finds_what_breaks_it),
		cmocka_unit_test(shared_demands_are_all_told),
		cmocka_unit_test(entity_ids_have_a_form),
		cmocka_unit_test(logos_in_metadata_are_small),
		cmocka_unit_test(what_the_source_claimed_is_told),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(one_rule_does_not_hide_the_others),
		cmocka_unit_test(operators_set_levels),
		cmocka_unit_test(the_tables_own_dates_come),
		cmocka_unit_test(wrong_settings_are_problems),
		cmocka_unit_test(the_document_names_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
