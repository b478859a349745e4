package dev.adhere.reminder;

import org.jspecify.annotations.Nullable;
import org.springframework.web.util.HtmlUtils;

/// What a mail and the pages behind its link look like.
///
/// The first line is what a mailbox shows beside the subject, to whoever looks over a shoulder: it says
/// nothing, and nothing of the nudge follows close enough to be shown with it.
final class MailText {

    // Mailboxes fill their preview with what follows the first line; these take up the room and show nothing.
    private static final String NOTHING_TO_SEE = "&#847;&zwnj;&nbsp;".repeat(120);

    private MailText() {}

    /// @param link to switch e-mail off; null where there is none
    static String plain(String text, Preferences.Language language, @Nullable String link) {
        String footer = NudgeTexts.mailFooter(language);
        return NudgeTexts.mailPreview(language)
                + "\n\n\n"
                + text
                + "\n\n-- \n"
                + footer
                + "\n"
                + (link == null ? "" : NudgeTexts.mailUnsubscribe(language) + ": " + link + "\n");
    }

    /// @param link to switch e-mail off; null where there is none
    static String html(String text, Preferences.Language language, @Nullable String link) {
        String unsubscribe = link == null
                ? ""
                : " <a href=\"" + escaped(link) + "\">" + escaped(NudgeTexts.mailUnsubscribe(language)) + "</a>";
        return page(
                NudgeTexts.mailSubject(language),
                language,
                "<div style=\"display:none;max-height:0;overflow:hidden\">"
                        + escaped(NudgeTexts.mailPreview(language)) + NOTHING_TO_SEE + "</div>\n"
                        + "<p style=\"font-size:18px\">" + escaped(text) + "</p>\n"
                        + "<p style=\"font-size:13px;color:#555\">" + escaped(NudgeTexts.mailFooter(language))
                        + unsubscribe
                        + "</p>");
    }

    /// Asks whether e-mail is to be switched off: the button posts what a mailbox's own button does.
    static String question(Preferences.Language language) {
        return page(
                NudgeTexts.mailUnsubscribe(language),
                language,
                "<p>" + escaped(NudgeTexts.unsubscribeQuestion(language)) + "</p>\n"
                        + "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">"
                        + "<button>" + escaped(NudgeTexts.mailUnsubscribe(language)) + "</button></form>");
    }

    /// Says that e-mail is off.
    static String done(Preferences.Language language) {
        return page(
                NudgeTexts.mailUnsubscribe(language),
                language,
                "<p>" + escaped(NudgeTexts.unsubscribeDone(language)) + "</p>");
    }

    private static String page(String title, Preferences.Language language, String body) {
        return """
            <!doctype html>
            <html lang="%s">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%s</title></head>
            <body style="font-family:sans-serif;max-width:36em;margin:2em auto;padding:0 1em">
            %s
            </body>
            </html>
            """.formatted(language == Preferences.Language.DE ? "de" : "en", escaped(title), body);
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8");
    }
}
