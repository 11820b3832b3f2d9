/* tests/registry/test_trusted_list.c - the trusted list's bytes: a known list, and what becomes of each part of a
 * member. */
#include <jansson.h>

#include "expect.h"

#include "base/buffer.h"
#include "codec/text.h"
#include "registry/trusted_list.h"

#define T(text) { (const uint8_t *)(text), sizeof(text) - 1 }

#define SIGNING \
	"MIIBXTCCAQKgAwIBAgIBATAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAF0MCAXDTI2MTEyMjE5MDUxOFoYDzIxMDkwMTExMTkwNTE4" \
	"WjAMMQowCAYDVQQDDAF0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEN3qg8XvcgQuF3hEeiDT59xjFnB/woTCE/FCsQUinqqzi" \
	"CNKbGgCJTJ9aLxj+ntZv59xg1J+8zLyRDIoSqCiTgKNTMFEwHQYDVR0OBBYEFMOGtV1VLDFLZRkJwigp+uV8evuDMB8GA1UdIwQY" \
	"MBaAFMOGtV1VLDFLZRkJwigp+uV8evuDMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAJefc7jrUB4BwxzyF7kx" \
	"O7jHAY1o1s7Kj9g/eOuggAUjAiEA8USeOP6QwMxJNJ3gnR2ZPoZ2rUbl9OeKZ2SkEC5IDu4="
#define ENCRYPTION \
	"MIIBXDCCAQKgAwIBAgIBATAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAFlMCAXDTI2MTEyMjE5MDUxOFoYDzIxMDkwMTExMTkwNTE4" \
	"WjAMMQowCAYDVQQDDAFlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkbUvqnu9OgWFXCa4FGex6WGzVJRvH/xpI3fLpUjdet9l" \
	"drosiIcuzNBIg3y6dfJr6aF6cVDCxj+WRGIzh+sq5qNTMFEwHQYDVR0OBBYEFMECx69cgF+p/2Evs8n2JbaEqld+MB8GA1UdIwQY" \
	"MBaAFMECx69cgF+p/2Evs8n2JbaEqld+MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAMe2lNoYgq3qaIOQtxXK" \
	"U8cczpps8I4Ugl6TEFTeO2/QAiAA9fhx3/ILAFju2fqeWCpq3ruf0N41i9sadmCWEDPJ2w=="
#define KEY(use, der) "<md:KeyDescriptor" use "><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">" \
	"<ds:X509Data><ds:X509Certificate>" der "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
#define SSO(binding) "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:" binding \
	"\" Location=\"https://idp.city.example/sso?a=1&amp;b=2\"/>"
#define DESCRIPTOR "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" " \
	"entityID=\"https://idp.city.example/idp\"><md:IDPSSODescriptor " \
	"protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">" \
	KEY(" use=\"signing\"", SIGNING) KEY(" use=\"encryption\"", ENCRYPTION) KEY("", SIGNING) \
	SSO("HTTP-Redirect") SSO("HTTP-POST") "</md:IDPSSODescriptor></md:EntityDescriptor>"

static const struct trusted_list_settings settings = {
	.operator_name = { T("連携協議会"), T("Renkei Council") },
	.scheme_name = { T("連携"), T("Renkei") },
	.territory = "JP",
	.base_url = "https://fed.example/",
	.policy = "https://fed.example/policy/",
	.contact = "mailto:help@fed.example",
};
/* 2026-11-22T05:20:00Z, and half a year later */
static const struct trusted_list_head head = { 7, { SECONDS(1795324800) }, { SECONDS(1810876800) } };

static const struct member_contact contacts[] = {
	{ T("technical"), T("太郎"), T("山田"), T("taro@city.example"), { 0 } },
	{ T("support"), { 0 }, { 0 }, T("help@city.example"), { 0 } },
};
static const struct member_certification certifications[] = {
	{ T("jp-idtf"), T("registration"), T("3"), T("https://fed.example/a/registration/3"), T("第一監査"),
	    { SECONDS(1790000000) }, { SECONDS(1800000000) }, { 0 }, { 0 }, { 0 } },
	{ T("jp-idtf"), T("token"), T("2"), T("https://fed.example/a/token/2"), T("第一監査"), { SECONDS(1600000000) },
	    { SECONDS(1700000000) }, { 0 }, { 0 }, { 0 } },
	{ T("jp-idtf"), T("token"), T("1"), T("https://fed.example/a/token/1"), T("第一監査"), { SECONDS(1790000000) },
	    { SECONDS(1800000000) }, { 0 }, T("https://another.example"), { 0 } },
};
static const struct member_entity idp = {
	.entity_id = T("https://idp.city.example/idp"),
	.roles = ENTITY_IDP,
	.saml = T(DESCRIPTOR),
};
static const struct member_record city = {
	.id = T("city"),
	.name = { T("連携市"), T("Renkei City") },
	.url = { T("https://city.example/"), { 0 } },
	.kind = T("public"),
	.street_address = T("1-1 Chuo"), .locality = T("Renkei"), .postal_code = T("100-0001"), .country = T("JP"),
	.contacts = contacts, .contact_count = COUNT(contacts),
	.entities = &idp, .entity_count = 1,
	.certifications = certifications, .certification_count = COUNT(certifications),
};
static const struct member approved = { .standing = STANDING_APPROVED, .since = { SECONDS(1790000000) } };

struct stage {
	struct arena arena;
	struct buffer list;
};

static struct stage
stage_of(const struct member_record *m, const struct trusted_event *events, size_t count)
{
	struct stage s = { arena_init(64 * MIB), buffer_init(64 * MIB) };
	struct problem why;

	trusted_list_begin(&s.list, &settings, &head);
	if (m)
		expect_ok("a member", trusted_list_member(&s.list, &s.arena, &settings, &head, &approved, m, events,
		    count, true, &why), &why);
	trusted_list_end(&s.list, !m);
	return s;
}

static void
stage_release(struct stage *s)
{
	buffer_release(&s->list);
	arena_release(&s->arena);
}

#define SCHEME "{\"LoTE\":{\"ListAndSchemeInformation\":{" \
	"\"DistributionPoints\":[\"https://fed.example/trusted-list.json\",\"https://fed.example/trusted-list.jws\"]," \
	"\"ListIssueDateTime\":\"2026-11-22T05:20:00Z\",\"LoTESequenceNumber\":7," \
	"\"LoTEType\":\"https://fed.example/trust/list\"," \
	"\"LoTEVersionIdentifier\":1,\"NextUpdate\":\"2027-05-21T05:20:00Z\"," \
	"\"PolicyOrLegalNotice\":[{\"LoTEPolicy\":{\"lang\":\"en\",\"uriValue\":\"https://fed.example/policy/\"}}]," \
	"\"SchemeInformationURI\":[{\"lang\":\"ja\",\"uriValue\":\"https://fed.example/\"}," \
	"{\"lang\":\"en\",\"uriValue\":\"https://fed.example/\"}]," \
	"\"SchemeName\":[{\"lang\":\"ja\",\"value\":\"連携\"},{\"lang\":\"en\",\"value\":\"Renkei\"}]," \
	"\"SchemeOperatorAddress\":{" \
	"\"SchemeOperatorElectronicAddress\":[{\"lang\":\"en\",\"uriValue\":\"mailto:help@fed.example\"}]," \
	"\"SchemeOperatorPostalAddress\":[{\"Country\":\"JP\",\"Locality\":\"not stated\"," \
	"\"PostalCode\":\"not stated\",\"StreetAddress\":\"not stated\",\"lang\":\"en\"}]}," \
	"\"SchemeOperatorName\":[{\"lang\":\"ja\",\"value\":\"連携協議会\"}," \
	"{\"lang\":\"en\",\"value\":\"Renkei Council\"}]," \
	"\"SchemeTerritory\":\"JP\",\"StatusDeterminationApproach\":\"https://fed.example/trust/approval\"}"

#define MEMBER "{\"TrustedEntityInformation\":{\"TEAddress\":{" \
	"\"TEElectronicAddress\":[{\"lang\":\"en\",\"uriValue\":\"mailto:help@city.example\"}," \
	"{\"lang\":\"ja\",\"uriValue\":\"https://city.example/\"}]," \
	"\"TEPostalAddress\":[{\"Country\":\"JP\",\"Locality\":\"Renkei\",\"PostalCode\":\"100-0001\"," \
	"\"StreetAddress\":\"1-1 Chuo\",\"lang\":\"en\"}]}," \
	"\"TEInformationURI\":[{\"lang\":\"ja\",\"uriValue\":\"https://city.example/\"}]," \
	"\"TEName\":[{\"lang\":\"ja\",\"value\":\"連携市\"},{\"lang\":\"en\",\"value\":\"Renkei City\"}]}," \
	"\"TrustedEntityServices\":[{\"ServiceInformation\":{" \
	"\"ServiceDigitalIdentity\":{\"OtherIds\":[\"https://idp.city.example/idp\"]," \
	"\"X509Certificates\":[{\"val\":\"" SIGNING "\"}]}," \
	"\"ServiceInformationExtensions\":[{\"https://fed.example/trust/extension/certification\":{" \
	"\"area\":\"registration\",\"assessor\":\"第一監査\",\"framework\":\"jp-idtf\"," \
	"\"from\":\"2026-09-21T14:13:20Z\",\"level\":\"3\"," \
	"\"until\":\"2027-01-15T08:00:00Z\",\"uri\":\"https://fed.example/a/registration/3\"}}]," \
	"\"ServiceName\":[{\"lang\":\"ja\",\"value\":\"連携市\"},{\"lang\":\"en\",\"value\":\"Renkei City\"}]," \
	"\"ServiceStatus\":\"http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted\"," \
	"\"ServiceSupplyPoints\":[{\"ServiceType\":\"https://fed.example/trust/endpoint/SingleSignOnService\"," \
	"\"uriValue\":\"https://idp.city.example/sso?a=1&b=2\"}]," \
	"\"ServiceTypeIdentifier\":\"https://fed.example/trust/service/idp\"," \
	"\"StatusStartingTime\":\"2026-09-21T14:13:20Z\"}}]}"

static void
the_list_has_known_bytes(void **state)
{
	struct stage s = stage_of(&city, NULL, 0);
	struct problem why;

	(void)state;
	expect_span("one member", buffer_span(&s.list), SCHEME ",\"TrustedEntitiesList\":[" MEMBER "]}}");
	buffer_clear(&s.list);
	trusted_list_begin(&s.list, &settings, &head);
	for (int i = 0; i < 2; i++)
		expect_ok("a member", trusted_list_member(&s.list, &s.arena, &settings, &head, &approved, &city, NULL,
		    0, i == 0, &why), &why);
	trusted_list_end(&s.list, false);
	expect_span("two members", buffer_span(&s.list), SCHEME ",\"TrustedEntitiesList\":[" MEMBER "," MEMBER "]}}");
	stage_release(&s);
	s = stage_of(NULL, NULL, 0);
	expect_span("none: TS 119 602 has no empty list", buffer_span(&s.list), SCHEME "}}");
	stage_release(&s);
}

/* RFC 8785 for what is ASCII in names: another writer of sorted, compact JSON gives the same bytes. */
static void
the_list_is_canonical(void **state)
{
	static const struct trusted_event events[] = {
		{ STANDING_APPROVED, { SECONDS(1) } }, { STANDING_SUSPENDED, { SECONDS(2) } },
	};
	struct stage s = stage_of(&city, events, COUNT(events));
	struct span list = buffer_span(&s.list);
	json_t *tree = json_loadb((const char *)list.data, list.size, JSON_REJECT_DUPLICATES, NULL);
	char *again;

	(void)state;
	expect_true("it is JSON", tree);
	again = json_dumps(tree, JSON_COMPACT | JSON_SORT_KEYS);
	expect_span("canonical", list, again);
	free(again);
	json_decref(tree);
	stage_release(&s);
}

/* The whole of a part, between the first `before` and the next `after`. */
static const char *
part(struct stage *s, const char *before, const char *after)
{
	const char *text = arena_text(&s->arena, buffer_span(&s->list)), *from = strstr(text, before), *to;

	if (!from)
		return "";
	from += strlen(before);
	to = strstr(from, after);
	return arena_text(&s->arena, span_of(from, to ? (size_t)(to - from) : strlen(from)));
}

static json_t *
service_of(const json_t *list)
{
	const json_t *members = json_object_get(json_object_get(list, "LoTE"), "TrustedEntitiesList");

	return json_array_get(json_object_get(json_array_get(members, 0), "TrustedEntityServices"), 0);
}

static void
the_history_tells_when_trust_began_and_ended(void **state)
{
	static const struct {
		const char *title, *events, *history;
	} cases[] = {
		{ "approved once", "1:applied 2:approved", "" },
		{ "and changed since", "1:applied 2:approved 3:approved 4:approved", "" },
		{ "suspended and back", "2:approved 3:suspended 4:suspended 5:approved", "3:suspended 2:granted" },
		{ "withdrawn, and applied anew", "2:approved 3:withdrawn 4:applied 5:approved", 
		    "3:withdrawn 2:granted" },
		{ "rejected before it was ever trusted", "1:applied 2:withdrawn 3:applied 4:approved", "" },
		{ "rejected after it was", "1:approved 2:withdrawn 3:applied 4:withdrawn 5:applied 6:approved",
		    "2:withdrawn 1:granted" },
		{ "suspended, then withdrawn", "1:approved 2:suspended 3:withdrawn 4:applied 5:approved",
		    "3:withdrawn 2:suspended 1:granted" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span rest = span_text(cases[i].events);
		struct trusted_event events[8];
		size_t count = 0;
		struct buffer found = buffer_init(4 * KIB);
		const json_t *entry;
		struct stage s;
		json_t *tree;
		size_t n;

		while (rest.size) {
			struct span event = span_cut(&rest, ' '), number = span_cut(&event, ':');
			char json[128];

			snprintf(json, sizeof(json), "{\"at\":\"1970-01-01T00:00:%02dZ\",\"standing\":\"%.*s\"}",
			    number.data[0] - '0', SPAN_ARGS(event));
			expect_true("an event", trusted_event_read(span_text(json), &events[count++]));
		}
		s = stage_of(&city, events, count);
		tree = json_loadb((const char *)buffer_span(&s.list).data, buffer_span(&s.list).size, 0, NULL);
		json_array_foreach(json_object_get(service_of(tree), "ServiceHistory"), n, entry) {
			const char *status = json_string_value(json_object_get(entry, "ServiceStatus"));
			const char *at = json_string_value(json_object_get(entry, "StatusStartingTime"));
			const json_t *ids = json_object_get(json_object_get(entry, "ServiceDigitalIdentity"),
			    "OtherIds");

			buffer_print(&found, "%s%c:%s", n ? " " : "", at[18], strrchr(status, '/') + 1);
			expect_text("whose", json_string_value(json_array_get(ids, 0)), "https://idp.city.example/idp");
		}
		expect_span(cases[i].title, buffer_span(&found), cases[i].history);
		json_decref(tree);
		buffer_release(&found);
		stage_release(&s);
	}
}

static void
an_event_is_an_entry_with_standing_and_time(void **state)
{
	static const struct {
		const char *entry;
		bool good;
	} cases[] = {
		{ "{\"action\":\"approve\",\"actor\":\"uid:1000\",\"after\":null,\"at\":\"2026-11-22T05:20:00Z\","
		  "\"before\":null,\"event\":\"member.approved\",\"member\":\"city\",\"number\":2,\"reason\":\"\","
		  "\"standing\":\"approved\"}", true },
		{ "{\"at\":\"2026-11-22T05:20:00Z\"}", false },
		{ "{\"standing\":\"approved\"}", false },
		{ "{\"at\":\"2026-11-22T05:20:00Z\",\"standing\":\"trusted\"}", false },
		{ "{\"at\":\"today\",\"standing\":\"approved\"}", false },
		{ "{\"at\":\"2026-11-22T05:20:00Z\",\"standing\":\"approved\"", false },
		{ "", false },
	};
	struct trusted_event event;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_number(cases[i].entry, trusted_event_read(span_text(cases[i].entry), &event), cases[i].good);
		expect_number(cases[i].entry, event.standing, cases[i].good ? STANDING_APPROVED : STANDING_UNKNOWN);
	}
	trusted_event_read(span_text(cases[0].entry), &event);
	expect_number("its time", event.at.us, head.issued.us);
}

static void
each_role_is_a_service_with_its_own_keys(void **state)
{
	const struct member_entity both = {
		.entity_id = T("https://idp.city.example/idp"),
		.name = { { 0 }, T("Counter") },
		.roles = ENTITY_IDP | ENTITY_RP | ENTITY_PLATFORM,
		.saml = T(DESCRIPTOR),
		.oidc_client = T("{\"jwks\":{\"keys\":[{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"a\",\"y\":\"b\"},"
		    "{\"k\":\"secret\",\"kty\":\"oct\"},{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"c\",\"use\":\"enc\"},"
		    "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"use\":\"sig\",\"x\":\"d\"}]},"
		    "\"redirect_uris\":[\"https://rp.example/cb\",\"https://rp.example/\\u0007\"]}"),
		.oidc_provider = T("{\"authorization_endpoint\":\"https://op.example/authorize\","
		    "\"issuer\":\"https://op.example\","
		    "\"jwks_uri\":\"https://op.example/jwks\",\"token_endpoint\":\"https://op.example/token\"}"),
	};
	struct member_record m = city;
	const char *platform;
	struct stage s;

	(void)state;
	m.entities = &both;
	s = stage_of(&m, NULL, 0);
	expect_text("the IdP's keys", part(&s, "\"ServiceDigitalIdentity\":", ",\"ServiceInformationExtensions\""),
	    "{\"OtherIds\":[\"https://idp.city.example/idp\"],\"X509Certificates\":[{\"val\":\"" SIGNING "\"}]}");
	expect_text("its places", part(&s, "\"ServiceSupplyPoints\":", ",\"ServiceTypeIdentifier\""),
	    "[{\"ServiceType\":\"https://fed.example/trust/endpoint/SingleSignOnService\","
	    "\"uriValue\":\"https://idp.city.example/sso?a=1&b=2\"},"
	    "{\"ServiceType\":\"https://fed.example/trust/endpoint/authorization_endpoint\","
	    "\"uriValue\":\"https://op.example/authorize\"},"
	    "{\"ServiceType\":\"https://fed.example/trust/endpoint/jwks_uri\","
	    "\"uriValue\":\"https://op.example/jwks\"},"
	    "{\"ServiceType\":\"https://fed.example/trust/endpoint/token_endpoint\","
	    "\"uriValue\":\"https://op.example/token\"}]");
	expect_text("its own name", part(&s, "\"ServiceName\":", ",\"ServiceStatus\""),
	    "[{\"lang\":\"en\",\"value\":\"Counter\"}]");
	expect_text("the RP's keys", part(&s, "\"PublicKeyValues\":", "}"),
	    "[{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"a\",\"y\":\"b\"");
	expect_text("those that sign, and no secret", part(&s, "\"y\":\"b\"},", "]"),
	    "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"use\":\"sig\",\"x\":\"d\"}");
	expect_text("where people come back to", part(&s, "\"https://rp.example/cb\"}", "]"),
	    ",{\"ServiceType\":\"https://fed.example/trust/endpoint/redirect_uris\","
	    "\"uriValue\":\"https://rp.example/\\u0007\"}");
	platform = part(&s, "service/rp\"", "service/platform\"");
	expect_true("then the platform, with all keys the entity has", strstr(platform,
	    "\"X509Certificates\":[{\"val\":\"" SIGNING "\"}]") && strstr(platform, "\"OKP\""));
	stage_release(&s);
}

static void
what_nobody_told_is_not_made_up(void **state)
{
	struct member_record m = city;
	struct stage s;

	(void)state;
	m.url = (struct localized){ 0 };
	m.contact_count = 1; /* the technical one's address is not the world's */
	m.street_address = m.locality = m.postal_code = m.country = (struct span){ 0 };
	s = stage_of(&m, NULL, 0);
	expect_text("its page on ours", part(&s, "\"TEAddress\":", ",\"TEName\""),
	    "{\"TEElectronicAddress\":[{\"lang\":\"ja\",\"uriValue\":\"https://fed.example/members/city\"},"
	    "{\"lang\":\"en\",\"uriValue\":\"https://fed.example/members/city\"}],"
	    "\"TEPostalAddress\":[{\"Country\":\"JP\",\"Locality\":\"not stated\",\"PostalCode\":\"not stated\","
	    "\"StreetAddress\":\"not stated\",\"lang\":\"en\"}]},"
	    "\"TEInformationURI\":[{\"lang\":\"ja\",\"uriValue\":\"https://fed.example/members/city\"},"
	    "{\"lang\":\"en\",\"uriValue\":\"https://fed.example/members/city\"}]");
	expect_text("no address of a person", part(&s, "taro", "\""), "");
	stage_release(&s);
}

static void
a_descriptor_that_cannot_be_read_writes_nothing(void **state)
{
	struct member_entity broken[] = { idp, idp };
	struct member_record m = city;
	struct stage s = stage_of(NULL, NULL, 0);
	size_t before = buffer_span(&s.list).size;
	struct problem why;

	(void)state;
	broken[1].saml = span_first(broken[1].saml, 100);
	m.entities = broken;
	m.entity_count = COUNT(broken);
	expect_problem("cut short", trusted_list_member(&s.list, &s.arena, &settings, &head, &approved, &m, NULL, 0,
	    true, &why), &why, ERR_SYNTAX, "member city, entity https://idp.city.example/idp: ");
	expect_number("nothing written", buffer_span(&s.list).size, before);
	stage_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_has_known_bytes),
		cmocka_unit_test(the_list_is_canonical),
		cmocka_unit_test(the_history_tells_when_trust_began_and_ended),
		cmocka_unit_test(an_event_is_an_entry_with_standing_and_time),
		cmocka_unit_test(each_role_is_a_service_with_its_own_keys),
		cmocka_unit_test(what_nobody_told_is_not_made_up),
		cmocka_unit_test(a_descriptor_that_cannot_be_read_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
