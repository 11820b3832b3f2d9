/* jpki/explanation.c - the steps of a verification in people's words. */
#include "jpki/explanation.h"

#include <string.h>

#define KNOWN(step, ja, en, good_ja, good_en, bad_ja, bad_en) \
	{ step, { ja, en }, { good_ja, good_en }, { bad_ja, bad_en } }

static const struct {
	const char *step;
	struct jpki_words title, established, refuted;
} steps[] = {
	KNOWN("attributes", "利用者の属性", "holder's attributes",
	    "利用者の属性を読み取れました。", "The holder's attributes can be read.",
	    "利用者の属性が定められた形で記載されていません。", "The holder's attributes are not written as they must be."),
	KNOWN("critical-extensions", "重要拡張", "critical extensions",
	    "必ず解釈すべき拡張はすべて解釈できました。", "Every extension that must be understood is.",
	    "必ず解釈すべき拡張に、解釈できないものがあります。", "There is an extension that must be understood and is not."),
	KNOWN("document", "書類の形式", "document",
	    "署名された書類として読み取れました。", "It can be read as a signed document.",
	    "署名された書類として読み取れません。", "It cannot be read as a signed document."),
	KNOWN("document-signature", "書類の署名", "document's signature",
	    "この電子証明書の鍵で署名されています。", "It was signed with the key of this certificate.",
	    "この電子証明書の鍵で、この内容に署名したものではありません。",
	    "This was not signed with the key of this certificate."),
	KNOWN("extended-key-usage", "拡張鍵用途", "extended key usage",
	    "拡張鍵用途がこの種類の電子証明書のものです。", "The extended key usage is that of this kind of certificate.",
	    "拡張鍵用途がこの種類の電子証明書のものではありません。",
	    "The extended key usage is not that of this kind of certificate."),
	KNOWN("form", "証明書の形式", "certificate's form",
	    "電子証明書として正しい形式です。", "It has the form of a certificate.",
	    "電子証明書として正しい形式ではありません。", "It does not have the form of a certificate."),
	KNOWN("generation", "世代", "generation",
	    "公表されている認証局の世代です。", "It is a published generation of the authority.",
	    "公表されている認証局の世代とフィンガープリントが一致しません。",
	    "Its fingerprint is not that of the published generation."),
	KNOWN("issuer", "発行者", "issuer",
	    "信頼する認証局が発行者です。", "Its issuer is an authority that is believed.",
	    "発行者が信頼する認証局ではありません。", "Its issuer is no authority that is believed."),
	KNOWN("issuer-key", "発行者の鍵", "issuer's key",
	    "発行者の鍵がどの世代のものか分かりました。", "It is known which generation's key issued it.",
	    "発行者の鍵が、信頼する認証局のどの世代のものでもありません。",
	    "The key that issued it is of no generation of an authority that is believed."),
	KNOWN("issuer-validity", "発行者の有効期間", "issuer's validity",
	    "認証局の電子証明書は有効期間内です。", "The authority's certificate is in force.",
	    "認証局の電子証明書が有効期間外です。", "The authority's certificate is not in force."),
	KNOWN("key", "公開鍵", "public key",
	    "公開鍵の方式と長さは認められたものです。", "The public key's algorithm and size are accepted.",
	    "公開鍵の方式または長さが認められません。", "The public key's algorithm or size is not accepted."),
	KNOWN("key-usage", "鍵用途", "key usage",
	    "鍵用途がこの種類の電子証明書のものです。", "The key usage is that of this kind of certificate.",
	    "鍵用途がこの種類の電子証明書のものではありません。",
	    "The key usage is not that of this kind of certificate."),
	KNOWN("no-authority", "認証局でないこと", "no authority",
	    "利用者の電子証明書であり、認証局のものではありません。", "It is a holder's certificate, not an authority's.",
	    "認証局の電子証明書であり、利用者のものではありません。", "It is an authority's certificate, not a holder's."),
	KNOWN("policy", "証明書ポリシー", "policy",
	    "証明書ポリシーが求められた用途のものです。", "The policy is that of the purpose asked for.",
	    "証明書ポリシーが求められた用途のものではありません。署名用と利用者証明用を取り違えたおそれがあります。",
	    "The policy is not that of the purpose asked for; perhaps the card's other certificate was used."),
	KNOWN("profile", "種類", "profile",
	    "公的個人認証サービスの電子証明書の種類が分かりました。", "It is a known kind of JPKI's certificates.",
	    "公的個人認証サービスの電子証明書の、どの種類でもありません。", "It is no known kind of JPKI's certificates."),
	KNOWN("revocation", "失効", "revocation",
	    "電子証明書は失効していません。", "The certificate counts: it was not revoked.",
	    "電子証明書は失効しているか、一時的に停止されているか、有効期間を過ぎています。一時停止（certificateHold）は"
	    "解除されることがあります。そのほかは、市区町村の窓口での再発行または更新が必要です。",
	    "The certificate was revoked or put on hold, or has ended. A hold (certificateHold) can be lifted; "
	    "otherwise its holder needs a new one from the municipality."),
	KNOWN("signature", "証明書の署名", "certificate's signature",
	    "認証局が発行した電子証明書です。", "The authority did issue the certificate.",
	    "認証局が発行した電子証明書ではないか、書き換えられています。",
	    "The authority did not issue the certificate, or it was altered."),
	KNOWN("signed-content", "署名の対象", "what was signed",
	    "利用者に示した内容に署名されています。", "What was signed is what was shown.",
	    "利用者に示した内容とは別のものに署名されています。", "What was signed is not what was shown."),
	KNOWN("signer", "署名者", "signer",
	    "署名者の電子証明書が分かりました。", "It is known whose certificate it was signed with.",
	    "署名者の電子証明書が一つに定まりません。", "It cannot be told which one certificate it was signed with."),
	KNOWN("subject-names", "属性の有無", "where attributes stand",
	    "属性は、この種類の電子証明書のとおりに記載されています。",
	    "Attributes stand where this kind of certificate has them.",
	    "属性の記載が、この種類の電子証明書のとおりではありません。",
	    "Attributes do not stand where this kind of certificate has them."),
	KNOWN("validity", "有効期間", "validity",
	    "有効期間内です。", "It is in force.",
	    "有効期間外です。", "It is not in force."),
	KNOWN("world", "本番と試験", "world",
	    "本番と試験の別が、ここで扱うものです。", "It is of a world that counts here.",
	    "試験用の電子証明書であり、ここでは扱いません。", "It is of the test world, which does not count here."),
};

/* Whatever the step. */
static const struct jpki_words others[] = {
	[NOT_CHECKED] = { "確かめていません。", "It was not checked." },
	[REFUTED] = { "認められません。", "It is refuted." },
	[UNDETERMINED] = { "確かめられませんでした。時間をおいて、もう一度お試しください。",
	    "It could not be found out. Another try later may do." },
	[ESTABLISHED] = { "確かめられました。", "It is established." },
};

static size_t
place_of(const char *step)
{
	size_t i = 0;

	while (i < COUNT(steps) && strcmp(steps[i].step, step) != 0)
		i++;
	return i;
}

struct jpki_words
jpki_step_title(const char *step)
{
	size_t i = place_of(step);

	return i < COUNT(steps) ? steps[i].title : (struct jpki_words){ step, step };
}

struct jpki_words
jpki_step_meaning(const char *step, enum outcome outcome)
{
	size_t i = place_of(step);

	if (i < COUNT(steps) && outcome == ESTABLISHED)
		return steps[i].established;
	if (i < COUNT(steps) && outcome == REFUTED)
		return steps[i].refuted;
	return others[outcome];
}
