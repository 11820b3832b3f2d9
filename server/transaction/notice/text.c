/* transaction/notice/text.c - what a person reads of a notice. */
#include "transaction/notice/text.h"

#include <time.h>

#include "base/calendar.h"
#include "codec/text.h"

/* Where the person goes on. */
enum place { TO_ACCOUNT, TO_NOWHERE };

struct words {
	const char *subject, *happened, *now;
};

static const struct {
	struct words ja, en;
	enum place place;
} templates[NOTICE_KINDS] = {
	[NOTICE_CONTACT_CODE] = {
		{ "メールアドレスの確認コード",
		    "このメールアドレスを連絡先として登録する手続きがありました。手続きを始めた画面に、次の確認コードを入力してください。",
		    "コードは、だれにも教えないでください。職員や事業者がコードをお尋ねすることはありません。"
		    "お心当たりがないときは、何もしなくてかまいません。このアドレスは登録されません。" },
		{ "Code to confirm your mail address",
		    "Somebody asked for this mail address to be registered as a contact. Enter this code on the "
		    "page where that was "
		    "begun.",
		    "Tell the code to nobody; nobody who works for us or for a service will ask you for it. If "
		    "it was not you, do "
		    "nothing: the address will not be registered." },
		TO_NOWHERE },
	[NOTICE_CREDENTIAL_ADDED] = {
		{ "認証器が追加されました", "ログインに使う認証器が、アカウントに追加されました。",
		    "お心当たりがないときは、すぐに次のページでこの認証器を停止し、ほかの認証器も確かめてください。" },
		{ "An authenticator was added", "An authenticator to log in with was added to your account.",
		    "If this was not you, suspend it on this page at once, and look at your other authenticators:" },
		TO_ACCOUNT },
	[NOTICE_CREDENTIAL_SUSPENDED] = {
		{ "認証器が停止されました", "認証器が一時停止され、いまはログインに使えません。",
		    "再開するか失効させるかは、次のページで選べます。お心当たりがないときも、次のページで確かめてください。" },
		{ "An authenticator was suspended", "An authenticator was suspended, and cannot be used to log in now.",
		    "You can resume or revoke it on this page. If this was not you, look at it there, too:" },
		TO_ACCOUNT },
	[NOTICE_CREDENTIAL_RESUMED] = {
		{ "認証器の停止が解除されました", "停止していた認証器が、ふたたびログインに使えるようになりました。",
		    "お心当たりがないときは、すぐに次のページでこの認証器を停止してください。" },
		{ "An authenticator was resumed", "An authenticator that was suspended can be used to log in again.",
		    "If this was not you, suspend it on this page at once:" },
		TO_ACCOUNT },
	[NOTICE_CREDENTIAL_LOCKED] = {
		{ "認証器がロックされました", "暗証番号やコードの誤りが続いたため、認証器がロックされました。いまはログインに使えません。",
		    "ほかの認証器でログインすると、次のページで解除できます。試したのがご自身でないときは、この認証器を失効させてください。" },
		{ "An authenticator was locked",
		    "An authenticator was locked, because a wrong PIN or code was entered too often. It cannot "
		    "be used to log in now.",
		    "Log in with another authenticator, and you can unlock it on this page. If it was not you "
		    "who tried, revoke it:" },
		TO_ACCOUNT },
	[NOTICE_CREDENTIAL_REVOKED] = {
		{ "認証器が失効しました", "認証器が失効しました。この認証器は、もうログインに使えません。",
		    "必要なときは、次のページで新しい認証器を追加できます。お心当たりがないときも、次のページで確かめてください。" },
		{ "An authenticator was revoked", "An authenticator was revoked. It can never be used to log in again.",
		    "You can add a new one on this page. If this was not you, look at your authenticators there:" },
		TO_ACCOUNT },
	[NOTICE_CREDENTIAL_REPLACED] = {
		{ "認証器が再発行されました", "失くしたものなどの代わりに、新しい認証器が登録されました。以前の認証器は、もう使えません。",
		    "お心当たりがないときは、すぐに次のページで新しい認証器を停止してください。" },
		{ "An authenticator was re-issued",
		    "A new authenticator was registered in the place of another, which cannot be used any more.",
		    "If this was not you, suspend the new one on this page at once:" },
		TO_ACCOUNT },
	[NOTICE_MODEL_WITHDRAWN] = {
		{ "認証器の機種が信頼されなくなりました",
		    "お使いの認証器の機種に安全上の問題が見つかり、信頼できる機種の一覧から外されました。そのため、この認証器を停止しました。",
		    "次のページで、別の認証器を追加してください。ほかの認証器はこれまでどおり使えます。" },
		{ "The model of an authenticator is not trusted any more",
		    "The model of an authenticator of yours has a security problem and was taken from the list "
		    "of trusted models. So "
		    "the authenticator was suspended.",
		    "Please add another one on this page. Your other authenticators work as before:" },
		TO_ACCOUNT },
	[NOTICE_MODEL_RESTORED] = {
		{ "認証器の機種が再び信頼されるようになりました",
		    "停止していた認証器の機種が、信頼できる機種の一覧に戻りました。認証器は停止したままです。",
		    "いまもお手元にあり、使うときは、次のページで別の認証器により本人と確かめたうえで、再開してください。" },
		{ "The model of an authenticator is trusted again",
		    "The model of an authenticator of yours that was suspended is in the list of trusted models again. "
		    "The authenticator is still suspended.",
		    "If you still have it and want to use it, log in with another one and resume it on this page:" },
		TO_ACCOUNT },
	[NOTICE_PARENT_LAPSED] = {
		{ "認証器のもとになった電子証明書が失効しました",
		    "認証器を登録したときの電子証明書が、有効期間を過ぎたか失効しました。そのため、この認証器でできることが限られることがあります。",
		    "新しい電子証明書が入ったマイナンバーカードで、次のページからもう一度本人確認をしてください。" },
		{ "The certificate behind an authenticator is no longer in force",
		    "The certificate that an authenticator was registered with has expired or was revoked. So "
		    "the authenticator may not "
		    "be enough everywhere any more.",
		    "Please prove your identity again on this page, with a My Number card that has a new "
		    "certificate:" },
		TO_ACCOUNT },
	[NOTICE_NOT_ME] = {
		{ "身に覚えのないログインの知らせがありました",
		    "スマートフォンに届いたログインの確認に、「自分ではない」という返答がありました。このログインは成立していません。"
		    "ほかの端末からのログインの確認は、スマートフォンに届かなくなりました。",
		    "だれかがあなたの番号やアドレスを使ってログインしようとした可能性があります。"
		    "次のページで最近のログインと認証器を確かめてください。"
		    "ほかの認証器でログインするか、アプリか次のページで解除すると、ふたたび届きます。" },
		{ "Somebody tried to log in, and it was not you",
		    "A login that your phone was asked about was answered with “this was not me”. It did not "
		    "succeed. Logins on other devices do not reach your phones for now.",
		    "Somebody may have used your number or address to log in. Look at recent logins and your "
		    "authenticators on this page. Your phones are asked again once you log in with another "
		    "authenticator, or end this in the app or on this page:" },
		TO_ACCOUNT },
	[NOTICE_MUTE_ENDED] = {
		{ "スマートフォンにログインの確認がふたたび届きます",
		    "「自分ではない」という返答のあと、ほかの端末からのログインの確認は届かなくなっていましたが、解除の操作がありました。"
		    "いまは、ふたたびスマートフォンに届きます。",
		    "お心当たりがないときは、すぐに次のページで認証器を確かめ、身に覚えのないものを停止してください。" },
		{ "Logins reach your phones again",
		    "After somebody answered “this was not me”, logins on other devices did not reach your phones. "
		    "That was ended: they do again.",
		    "If this was not you, look at your authenticators on this page at once, and suspend what you do "
		    "not know:" },
		TO_ACCOUNT },
	[NOTICE_PROOFED] = {
		{ "本人確認が完了しました", "アカウントに、新しい本人確認の記録が加わりました。",
		    "お心当たりがないときは、すぐに次のページで確かめてください。" },
		{ "Your identity was proved", "A new proof of identity was added to your account.",
		    "If this was not you, look at it on this page at once:" },
		TO_ACCOUNT },
	[NOTICE_ACCOUNT_ERASED] = {
		{ "アカウントが消去されました",
		    "アカウントと、登録されていた情報、認証器が消去されました。このアドレスへのお知らせも、これで最後です。",
		    "お心当たりがないときは、お使いのサービスの窓口にご相談ください。もう一度利用するには、新しく登録してください。" },
		{ "Your account was erased",
		    "Your account was erased, with all that was registered and every authenticator. This is the "
		    "last notice to this "
		    "address.",
		    "If this was not you, turn to the service you used. You can register anew at any time." },
		TO_NOWHERE },
	[NOTICE_ACCOUNT_ERASED_IN_PART] = {
		{ "アカウントが消去されましたが、残りがあるかもしれません",
		    "アカウントと認証器は消去され、もう使えません。ただし、読み取れない記録があったため、その記録だけが"
		    "指していたものが残っているかもしれません。このアドレスへのお知らせは、これで最後です。",
		    "残りを調べて消すには、お使いのサービスの窓口にこのメールをお示しください。" },
		{ "Your account was erased, but something may be left",
		    "Your account and every authenticator were erased, and nobody can use them. But records of it "
		    "could "
		    "not be read, so what only these led to may be left. This is the last notice to this address.",
		    "To have the rest looked for and erased, show this mail to the service you used." },
		TO_NOWHERE },
	[NOTICE_CONTACT_CHANGED] = {
		{ "連絡先が変更されました", "アカウントの連絡先のメールアドレスが、追加または削除されました。",
		    "お心当たりがないときは、すぐに次のページで連絡先と認証器を確かめてください。" },
		{ "Your contacts were changed",
		    "A mail address was added to, or taken from, the contacts of your account.",
		    "If this was not you, look at your contacts and authenticators on this page at once:" },
		TO_ACCOUNT },
	[NOTICE_APP_REQUEST] = {
		{ "ログインの確認を待っています", "ログインの確認が、スマートフォンのアプリで返答を待っています。",
		    "お心当たりがないときは、アプリで「自分ではない」を選んでください。" },
		{ "A login waits for you", "A login waits for your answer in the app on your phone.",
		    "If this was not you, say so in the app." },
		TO_NOWHERE },
};

static const struct words *
words_of(const struct notice *n)
{
	return n->english ? &templates[n->kind].en : &templates[n->kind].ja;
}

static struct span
name_of(const struct notice *n, const struct notice_wording *w)
{
	struct span first = n->english ? w->federation.en : w->federation.ja;

	return first.size ? first : n->english ? w->federation.ja : w->federation.en;
}

/* What nobody sees could make lines of its own, or turn ours around. */
static void
add_line(struct buffer *b, struct span text)
{
	while (text.size && utf8_valid(text)) {
		struct span from = text;
		uint32_t character = utf8_cut(&text);

		if (character_unseen(character))
			buffer_byte(b, ' ');
		else
			buffer_add(b, span_first(from, from.size - text.size));
	}
}

void
notice_time_write(struct buffer *b, struct instant t, bool english)
{
	static const char *const days[] = { "日", "月", "火", "水", "木", "金", "土" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
		"Nov", "Dec" };
	time_t seconds = (time_t)((t.us + JAPAN) / SECONDS(1));
	struct tm at;

	gmtime_r(&seconds, &at);
	if (english)
		buffer_print(b, "%d %s %d, %02d:%02d JST", at.tm_mday, months[at.tm_mon], at.tm_year + 1900, at.tm_hour,
		    at.tm_min);
	else
		buffer_print(b, "%d年%d月%d日（%s）%02d:%02d", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday,
		    days[at.tm_wday], at.tm_hour, at.tm_min);
}

void
notice_subject_write(struct buffer *b, const struct notice *n, const struct notice_wording *w)
{
	buffer_text(b, words_of(n)->subject);
	buffer_text(b, n->english ? " - " : "｜");
	add_line(b, name_of(n, w));
}

static void
add_time(struct buffer *b, const char *ja, const char *en, struct instant t, bool english)
{
	buffer_text(b, english ? en : ja);
	notice_time_write(b, t, english);
	buffer_byte(b, '\n');
}

void
notice_text_write(struct buffer *b, const struct notice *n, const struct notice_wording *w)
{
	const struct words *words = words_of(n);

	buffer_print(b, "%s\n\n", words->happened);
	if (n->name.size) {
		buffer_text(b, n->english ? "Authenticator: " : "認証器：");
		add_line(b, n->name);
		buffer_byte(b, '\n');
	}
	if (n->code.size) {
		buffer_text(b, n->english ? "Code: " : "確認コード：");
		add_line(b, n->code);
		buffer_byte(b, '\n');
		add_time(b, "有効期限：", "Valid until: ", n->until, n->english);
	}
	add_time(b, "日時：", "When: ", n->made, n->english);
	buffer_print(b, "\n%s\n", words->now);
	if (templates[n->kind].place == TO_ACCOUNT)
		buffer_print(b, "%.*saccount/\n", SPAN_ARGS(w->base_url));
	buffer_text(b, "\n-- \n");
	add_line(b, name_of(n, w));
	buffer_print(b, "\n%.*s\n%s\n", SPAN_ARGS(w->base_url), n->english ? "Replies to this mail are not read." :
	    "このメールは自動で送信しています。返信されてもお答えできません。");
}

void
notice_push_write(struct buffer *b, const struct notice *n)
{
	buffer_print(b, "{\"kind\":\"%s\"", notice_kind_name(n->kind));
	if (id_given(&n->request)) {
		buffer_text(b, ",\"request\":\"");
		hex_add(b, id_span(&n->request));
		buffer_byte(b, '"');
	}
	buffer_byte(b, '}');
}
