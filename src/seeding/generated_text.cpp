#include "seeding/generated_text.h"

#include <array>
#include <span>
#include <string_view>

namespace llmctl::seeding {

/// In every text `{n}` stands for a number.
struct Language {
  int weight = 0;
  std::string_view separator;    ///< between sentences
  std::string_view instruction;  ///< to an assistant
  std::array<std::string_view, 4> words;
  std::array<std::string_view, 6> questions;
  std::array<std::string_view, 8> sentences;
};

namespace {

constexpr std::array<Language, 9> languages{{
    {40,
     " ",
     "Answer briefly and politely, in English.",
     {"Thanks!", "Yes", "Continue", "Why?"},
     {"How do I export invoice {n} as a PDF?", "What is personal data?",
      "Can you summarise ticket #{n} in two sentences?",
      "Which rows does this query lock, and for how long?",
      "Our nightly job fails with exit code {n}. Where do I start looking?",
      "Please rewrite this paragraph for somebody who has never seen the product."},
     {"That depends on how long the records have to be kept.",
      "The export runs every night and takes about {n} seconds.",
      "Nothing leaves the region in which the account was opened.",
      "Check the log first: most failures of this kind name the file.",
      "A pseudonym can be traced back with additional information, an anonymous record cannot.",
      "In the last month {n} requests were handled this way.",
      "If the number of rows grows, an index on both columns pays for itself.",
      "Please try it on a copy before you change anything in production."}},
    {20,
     " ",
     "Antworte knapp und höflich, auf Deutsch.",
     {"Danke!", "Ja", "Weiter", "Warum?"},
     {"Wie lange müssen wir die Belege von Kunde {n} aufbewahren?",
      "Was sind personenbezogene Daten?", "Können Sie mir das bitte in einfachen Worten erklären?",
      "Warum schlägt die Prüfung von Straße und Hausnummer fehl?",
      "Welche Fristen gelten für die Löschung nach Artikel 17?",
      "Bitte fasse das Protokoll der Sitzung vom {n}. Tag des Jahres zusammen."},
     {"Das hängt davon ab, zu welchem Zweck die Daten erhoben wurden.",
      "Die Übertragung dauert üblicherweise weniger als {n} Sekunden.",
      "Größere Änderungen sollten Sie vorher mit dem Datenschutzbeauftragten abstimmen.",
      "Für Rechnungen gilt eine Aufbewahrungsfrist von mehreren Jahren.",
      "Prüfen Sie zuerst, ob das Zertifikat noch gültig ist.",
      "Im vergangenen Quartal gab es {n} ähnliche Anfragen.",
      "Eine Pseudonymisierung allein genügt dafür nicht.",
      "Gern erläutere ich die einzelnen Schritte ausführlicher."}},
    {10,
     " ",
     "Répondez brièvement et poliment, en français.",
     {"Merci !", "Oui", "Continuez", "Pourquoi ?"},
     {"Où puis-je télécharger la facture nº {n} ?",
      "Qu’est-ce qu’une donnée à caractère personnel ?",
      "Pouvez-vous résumer l’échange précédent ?",
      "Combien de temps conservez-vous les journaux d’accès ?",
      "Pourquoi la requête échoue-t-elle après {n} secondes ?",
      "Réécrivez ce courriel d’un ton plus chaleureux, s’il vous plaît."},
     {"Cela dépend de la finalité du traitement.",
      "Le transfert a été effectué en {n} secondes environ.",
      "Vérifiez d’abord que l’adresse a bien été enregistrée.",
      "Les données pseudonymisées restent des données à caractère personnel.",
      "Il suffit généralement de relancer la tâche après la mise à jour.",
      "Au cours du dernier mois, {n} demandes ont été traitées.",
      "L’opération est réversible pendant trente jours.",
      "N’hésitez pas à préciser votre question."}},
    {8,
     " ",
     "Responde con brevedad y cortesía, en español.",
     {"¡Gracias!", "Sí", "Sigue", "¿Por qué?"},
     {"¿Cómo exporto la factura {n}?", "¿Qué son los datos personales?",
      "¿Puedes resumir la conversación en español?", "¿Por qué tarda tanto la consulta número {n}?",
      "¿Dónde se guardan las copias de seguridad?",
      "Explícame la diferencia entre anónimo y seudónimo."},
     {"Depende de la finalidad con la que se recogieron.", "La copia tarda unos {n} segundos.",
      "Compruebe primero que el usuario tiene permiso.",
      "Los registros se eliminan pasado el plazo de conservación.",
      "El mes pasado se atendieron {n} solicitudes parecidas.", "Añada un índice y vuelva a medir.",
      "Es preferible probarlo antes en una copia.", "Puedo detallar cada paso si lo necesita."}},
    {7,
     "",
     "日本語で、簡潔かつ丁寧に答えてください。",
     {"ありがとう", "はい", "続けて", "なぜですか?"},
     {"請求書{n}をPDFで出力するにはどうすればよいですか?", "個人データとは何ですか?",
      "この会話を三行で要約してください。", "バックアップはどこに保存されていますか?",
      "注文番号{n}の状態を教えてください。", "仮名化と匿名化の違いを説明してください。"},
     {"それはデータを収集した目的によります。", "処理には通常{n}秒ほどかかります。",
      "まずログファイルを確認してください。", "保存期間が過ぎた記録は自動的に削除されます。",
      "本番環境で変更する前に、必ずコピーで試してください。",
      "先月は同様のお問い合わせが{n}件ありました。",
      "仮名化されたデータも個人データとして扱われます。",
      "詳しい手順が必要でしたらお知らせください。"}},
    {5,
     " ",
     "أجب بإيجاز ولطف وباللغة العربية.",
     {"شكرا!", "نعم", "تابع", "لماذا؟"},
     {"كيف أصدّر الفاتورة رقم {n} بصيغة PDF؟", "ما هي البيانات الشخصية؟",
      "هل يمكنك تلخيص هذه المحادثة؟", "لماذا يستغرق الطلب {n} ثانية؟", "أين تُحفظ النسخ الاحتياطية؟",
      "اشرح لي الفرق بين إخفاء الهوية والاسم المستعار."},
     {"يعتمد ذلك على الغرض من جمع البيانات.", "تستغرق العملية عادة {n} ثانية.",
      "تحقق أولا من ملف السجل error.log على الخادم.", "تُحذف السجلات بعد انتهاء مدة الحفظ.",
      "يُفضّل تجربة ذلك على نسخة قبل التغيير.", "في الشهر الماضي وردت {n} طلبات مشابهة.",
      "البيانات ذات الأسماء المستعارة تبقى بيانات شخصية.", "يمكنني شرح كل خطوة بالتفصيل."}},
    {3,
     " ",
     "ענה בקצרה ובנימוס, בעברית.",
     {"תודה!", "כן", "המשך", "למה?"},
     {"איך מייצאים את חשבונית {n}?", "מהו מידע אישי?", "אפשר לסכם את השיחה בשתי שורות?",
      "למה השאילתה נמשכת {n} שניות?", "היכן נשמרים הגיבויים?", "מה ההבדל בין אנונימי לבדוי?"},
     {"זה תלוי במטרה שלשמה נאסף המידע.", "הפעולה נמשכת בדרך כלל {n} שניות.",
      "בדקו תחילה את הקובץ error.log בשרת.", "הרשומות נמחקות בתום תקופת השמירה.",
      "מומלץ לנסות תחילה על עותק.", "בחודש שעבר טופלו {n} פניות דומות.",
      "גם מידע בשם בדוי הוא מידע אישי.", "אשמח לפרט כל שלב."}},
    {4,
     " ",
     "Отвечай кратко и вежливо, по-русски.",
     {"Спасибо!", "Да", "Дальше", "Почему?"},
     {"Как выгрузить счёт № {n} в PDF?", "Что такое персональные данные?",
      "Кратко перескажите эту переписку.", "Почему запрос выполняется {n} секунд?",
      "Где хранятся резервные копии?", "Чем псевдоним отличается от анонимности?"},
     {"Это зависит от цели, с которой собраны данные.", "Обычно это занимает около {n} секунд.",
      "Сначала проверьте журнал на сервере.", "По истечении срока хранения записи удаляются.",
      "Лучше сначала попробовать на копии.", "За прошлый месяц было {n} похожих обращений.",
      "Псевдонимизированные данные остаются персональными.", "Могу описать каждый шаг подробнее."}},
    {3,
     " ",
     "हिन्दी में, संक्षेप में और विनम्रता से उत्तर दें।",
     {"धन्यवाद!", "हाँ", "आगे", "क्यों?"},
     {"चालान {n} को PDF में कैसे निकालें?", "व्यक्तिगत डेटा क्या है?", "इस बातचीत का सारांश दीजिए।",
      "यह अनुरोध {n} सेकंड क्यों लेता है?", "बैकअप कहाँ रखे जाते हैं?", "छद्म नाम और गुमनाम में क्या अंतर है?"},
     {"यह इस पर निर्भर करता है कि डेटा किस उद्देश्य से लिया गया।", "इसमें लगभग {n} सेकंड लगते हैं।",
      "पहले लॉग फ़ाइल देखें।", "अवधि पूरी होने पर रिकॉर्ड हटा दिए जाते हैं।", "पहले एक प्रति पर आज़माएँ।",
      "पिछले महीने ऐसे {n} अनुरोध आए।", "छद्म नाम वाला डेटा भी व्यक्तिगत रहता है।",
      "मैं हर चरण विस्तार से समझा सकता हूँ।"}},
}};

constexpr std::array<std::string_view, 6> code_blocks{
    "```python\ndef mask(value: str, keep: int = {n}) -> str:\n    \"\"\"Hide all but the last "
    "characters.\"\"\"\n"
    "    return \"*\" * max(len(value) - keep, 0) + value[-keep:]\n```",
    "```sql\nSELECT status, COUNT(*) AS rows\n  FROM orders\n WHERE customer_id = {n} AND note <> "
    "'it''s paid'\n"
    " GROUP BY status\n ORDER BY rows DESC;\n```",
    "```json\n{\"id\": {n}, \"tags\": [\"\xc3\xbc\", \"\xe6\x97\xa5\xe6\x9c\xac\"], \"price\": "
    "12.50, \"path\": \"C:\\\\temp\"}\n```",
    "```sh\nfor file in *.csv; do\n\tsplit -l {n} -- \"$file\" \"${file%.csv}-\" || exit "
    "1\ndone\n```",
    "```cpp\ntemplate <class T>\nT wrapped(T value) {\n  return value < T{} ? T{} : value % "
    "T{{n}};\n}\n"
    "```",
    "```\n<table>\n  <tr><td>{n}</td><td>&amp;</td></tr>\n</table>\n```",
};

constexpr std::array<std::string_view, 5> log_lines{
    "2026-01-01T08:15:07.{n}Z INFO  worker[{n}] request accepted, queue length {n}\n",
    "2026-01-01T08:15:07.{n}Z WARN  worker[{n}] slow answer from upstream: {n} ms\n",
    "2026-01-01T08:15:07.{n}Z ERROR worker[{n}] connection reset by peer (attempt {n})\n",
    "2026-01-01T08:15:07.{n}Z DEBUG cache hit ratio 0.{n}, 17 entries evicted\n",
    "    at com.example.billing.InvoiceExporter.run(InvoiceExporter.java:{n})\n",
};

// A family joined by U+200D, a flag, a skin tone and a plain one.
constexpr std::array<std::string_view, 6> emoji{
    "\xf0\x9f\x98\x80",
    "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
    "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
    "\xf0\x9f\x87\xaa\xf0\x9f\x87\xba",
    "\xe2\x9d\xa4\xef\xb8\x8f",
    "\xf0\x9f\x8e\x89",
};

/// Grows one text.
class Writer {
 public:
  explicit Writer(Dice& dice) : dice_(dice) {}

  Writer& add(std::string_view text) {
    constexpr std::string_view place = "{n}";
    for (std::size_t at = text.find(place); at != std::string_view::npos; at = text.find(place)) {
      text_.append(text, 0, at);
      text_ += std::to_string(dice_.between(2, 9'999));
      text.remove_prefix(at + place.size());
    }
    text_ += text;
    return *this;
  }

  Writer& add_sentences(std::span<const std::string_view> from, std::uint64_t count,
                        std::string_view separator) {
    const std::uint64_t first = dice_.below(from.size());
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) text_ += separator;
      add(from[(first + i) % from.size()]);
    }
    return *this;
  }

  Writer& add_paragraphs(const Language& language, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) text_ += "\n\n";
      add_sentences(language.sentences, dice_.between(2, 5), language.separator);
    }
    return *this;
  }

  Writer& add_list(const Language& language) {
    const bool numbered = dice_.chance(400);
    const std::uint64_t items = dice_.between(3, 7);
    for (std::uint64_t i = 1; i <= items; ++i) {
      text_ += numbered ? "\n" + std::to_string(i) + ". " : "\n- ";
      add(language.sentences[i]);
    }
    return *this;
  }

  Writer& add_log() {
    text_ += "\n\n```\n";
    const std::uint64_t lines = dice_.between(10, 120);
    for (std::uint64_t i = 0; i < lines; ++i) add(dice_.pick(log_lines));
    return add("```");
  }

  std::string take() {
    if (dice_.chance(60)) add(" ").add(dice_.pick(emoji));
    return std::move(text_);
  }

 private:
  Dice& dice_;
  std::string text_;
};

constexpr int total_weight() {
  int total = 0;
  for (const Language& language : languages) total += language.weight;
  return total;
}

}  // namespace

const Language& pick_language(Dice& dice) {
  auto at = static_cast<int>(dice.below(total_weight()));
  for (const Language& language : languages) {
    if (at < language.weight) return language;
    at -= language.weight;
  }
  return languages.front();
}

std::string make_instruction(const Language& language) { return std::string(language.instruction); }

std::string make_question(Dice& dice, const Language& language) {
  Writer writer(dice);
  const std::uint64_t kind = dice.below(1000);
  if (kind < 130) return writer.add(dice.pick(language.words)).take();
  if (kind >= 900 && kind < 970) writer.add_paragraphs(language, dice.between(1, 4)).add("\n\n");
  writer.add_sentences(language.questions, dice.between(1, 2), language.separator);
  if (kind >= 970 && kind < 995) writer.add("\n\n").add(dice.pick(code_blocks));
  if (kind >= 995) writer.add_log();
  return writer.take();
}

std::string make_answer(Dice& dice, const Language& language) {
  Writer writer(dice);
  const std::uint64_t kind = dice.below(1000);
  if (kind < 40) return writer.add(dice.pick(language.words)).take();
  if (kind < 600) {
    return writer.add_sentences(language.sentences, dice.between(1, 4), language.separator).take();
  }
  if (kind < 800) return writer.add_paragraphs(language, dice.between(2, 4)).take();
  if (kind >= 985) return writer.add_paragraphs(language, dice.between(8, 24)).take();
  writer.add(dice.pick(language.sentences));
  if (kind < 900) return writer.add_list(language).take();
  writer.add("\n\n").add(dice.pick(code_blocks)).add("\n\n");
  return writer.add(dice.pick(language.sentences)).take();
}

}  // namespace llmctl::seeding
