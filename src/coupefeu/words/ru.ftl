### Русский. Каждый ключ есть и в en.ftl, и в fr.ftl, с теми же значениями.

exercise = УЧЕНИЕ

precedence-flash = МОЛНИЯ
precedence-immediate = НЕМЕДЛЕННО
precedence-priority = СРОЧНО
precedence-routine = ОБЫЧНОЕ

subject-safety = БЕЗОПАСНОСТЬ
subject-notice = УВЕДОМЛЕНИЕ
subject-clarification = РАЗЪЯСНЕНИЕ
subject-protest = ПРОТЕСТ
subject-service = СЛУЖЕБНОЕ
subject-unknown = не читается

form-1 = ПРОВЕРКА СВЯЗИ
form-2 = СЛУЖЕБНОЕ СООБЩЕНИЕ
form-3 = СВОБОДНЫЙ ТЕКСТ
form-4 = ПРЕДУПРЕЖДЕНИЕ
form-5 = ЗАПРОС О ПРЕДОСТАВЛЕНИИ РАЗЪЯСНЕНИЯ
form-6 = ОТВЕТ
form-7 = ИСПРАВЛЕНИЕ
form-8 = ОТМЕНА
form-9 = КОНТАКТ ПО ДРУГОМУ КАНАЛУ
form-10 = УСЛОВЛЕННАЯ ФРАЗА
form-unknown = НЕИЗВЕСТНАЯ ФОРМА

header-precedence = СРОЧНОСТЬ
header-from = ОТ
header-to = КОМУ
header-subject = ТЕМА
header-number = НОМЕР СООБЩЕНИЯ
header-time = ДАТА И ВРЕМЯ
header-agreement = ССЫЛКА НА СОГЛАШЕНИЕ
header-reference = ССЫЛКА НА СООБЩЕНИЕ
header-content = СОДЕРЖАНИЕ
header-remarks = ПРИМЕЧАНИЯ
header-end = КОНЕЦ СООБЩЕНИЯ { $number }
agreement-version = { $name }, версия { $version }
not-stated = не указано
address = { $title } ({ $address })

field-officer = Офицер
field-word = Исполнительное слово
field-place = Место
field-time = Время
field-number = Число
field-phrase = Фраза
field-passage = Отрывок
field-channel = Канал
field-counterpart = С кем
field-text = Текст
original-in = Подлинный текст, { $original }
attachment = Вложение { $number }: { $name }, размер в байтах { $size }
attachment-held = здесь
attachment-awaited = ещё не поступило
attachment-beyond = не запрашивается, согласовано не более { $agreed } байт
attachment-not-ours = не для этой стороны
attachment-arrived = Вложение { $number } к { $message } получено.
attachment-saved = Сохранено: { $path }
attachment-count = Вложений: { $count }, здесь: { $held }
language-en = на английском
language-fr = на французском
language-ru = на русском
language-other = язык { $code }

operative-1 = ПРЕКРАТИТЕ
operative-2 = ПОЩАДИТЕ
channel-1 = ТЕЛЕФОН
channel-2 = АТТАШЕ
channel-3 = ПИСЬМО
outcome-1 = ПЕРЕДАНО
outcome-2 = ОСТАНОВЛЕНО В
outcome-3 = НЕВОЗМОЖНО
outcome-4 = НЕ НАШЕ

chain = ПРОХОЖДЕНИЕ У СТОРОНЫ { $party }
step-on-their-record = В ИХ ЖУРНАЛЕ
step-shown = ПОКАЗАНО НА { $screens ->
    [0] ЭКРАНЕ
    [one] { $screens } ЭКРАНЕ
    [few] { $screens } ЭКРАНАХ
    [many] { $screens } ЭКРАНАХ
   *[other] { $screens } ЭКРАНАХ
}
step-shown-idle = ПОКАЗАНО НА { $screens ->
    [one] { $screens } ЭКРАНЕ
    [few] { $screens } ЭКРАНАХ
    [many] { $screens } ЭКРАНАХ
   *[other] { $screens } ЭКРАНАХ
}, НИКТО НЕ ПРИНЯЛ МЕР
step-taken-by = ПРИНЯЛ В РАБОТУ
step-read-by = ПРОЧИТАЛ
step-read-back = ПОВТОРЕНО ДЛЯ ПРОВЕРКИ
step-passed-to = ПЕРЕДАНО
step-outcome = ИСХОД
step-answered = ПОЛУЧЕН ОТВЕТ
machine = машина
not-yet = ещё нет
not-asked = повторять нечего
by-reply = ОТВЕТ { $number }
clock-left = осталось { $time }, срок { $due }
clock-overdue = ПРОСРОЧЕНО на { $time }, срок { $due }
clock-met = в срок, за { $time } до срока
clock-missed = через { $time } после срока
clock-stopped = отсчёт остановлен за { $time } до срока
clock-stopped-late = отсчёт остановлен через { $time } после срока
read-back-matches = совпадает
read-back-differs = НЕ СОВПАДАЕТ
say-again = ПОВТОРИТЕ
say-again-field = ПОВТОРИТЕ поле { $field }
claimed = по их словам { $time }

difference-invisible = невидимый знак: отправлено { $sent }, набрано { $typed }
difference-look-alike = похожий, но другой знак: отправлено { $sent }, набрано { $typed }
difference-digit = цифра другой письменности: отправлено { $sent }, набрано { $typed }
difference-minus = другой знак минуса: отправлено { $sent }, набрано { $typed }
difference-space = необычный пробел: отправлено { $sent }, набрано { $typed }
difference-missing = недостаёт: { $sent }
difference-extra = лишнее: { $typed }
difference-other = различается: отправлено { $sent }, набрано { $typed }
difference-surplus = набрано, но такого поля нет: { $typed }
nothing = ничего

warned-title = ОТМЕЧЕНО В ТЕКСТЕ
warned-direction = знак, меняющий направление письма: { $name }
warned-invisible = невидимый знак: { $name }
warned-control = управляющий знак: { $name }
warned-look-alike = буква, похожая на другую: { $name }
warned-digit = цифра другого вида: { $name }
warned-minus = тире на месте минуса: { $name }
warned-space = необычный пробел: { $name }
warned-flood = слишком много значков на одной букве: { $name }
warned-signature-line = строка подражает подписи; это только текст
warned-forged-mark = знак подражает нашей пометке: { $name }
warned-shortened = текст длиннее показанного

time-before-bracket = указанное время раньше возможного
time-after-bracket = указанное время позже возможного
time-late = поступило намного позже указанного времени
time-stopped-before = остановлено до отправки сообщения

proof-follows = доказательство следует
one-sided = ОДНОСТОРОННЕ: другая Сторона не подтвердила этот контакт
confirmed-by = ПОДТВЕРДИЛ
corrected-by = ИСПРАВЛЕНО В { $numbers }
cancelled-by = ОТМЕНЕНО В { $numbers }
answered-by = ОТВЕТ В { $numbers }
no-effect = НЕ ИМЕЕТ СИЛЫ: { $reason }
marked = ОТМЕЧЕНО: { $reason }
without-effect = Не имеет силы

act-16 = СООБЩЕНИЕ
act-17 = ПОКАЗАНО
act-18 = ПРИНЯТО В РАБОТУ
act-19 = ПРОЧИТАНО
act-20 = ПОВТОРЕНО ДЛЯ ПРОВЕРКИ
act-21 = ПОВТОРИТЕ
act-22 = ПЕРЕДАНО
act-23 = ИСХОД
act-24 = КОНТАКТ ПОДТВЕРЖДЁН
act-33 = ОТВЕТ НА ПРОВЕРКУ СВЯЗИ
act-48 = ДЕЖУРСТВО ПРИНЯТО
act-49 = ДЕЖУРСТВО ОКОНЧЕНО

effect-unreadable-head = запись не читается
effect-unreadable-body = содержание не читается
effect-unknown-form = форма неизвестна этому узлу
effect-unknown-field = есть поле, неизвестное этому узлу
effect-form-not-of-kind = форма не подходит к этому виду записи
effect-subject-not-of-form = форма не допускает этой темы
effect-protest-flash = ПРОТЕСТ никогда не передаётся как МОЛНИЯ
effect-missing-reference = сообщение не названо
effect-unknown-message = названного сообщения здесь нет в журнале
effect-foreign-post = должность не принадлежит написавшей Стороне
effect-own-message = Сторона не может сделать это со своим сообщением
effect-not-addressed = сообщение не адресовано этой Стороне
effect-post-not-addressed = сообщение не адресовано этой должности
effect-already-taken = уже принято в работу
effect-not-a-contact = сообщение не о контакте по другому каналу
effect-not-a-line-test = сообщение не является проверкой связи
effect-of-a-line-test = на проверку связи узлы отвечают сами, людям она действий не требует
effect-not-the-author = исправить или отменить сообщение может только автор
effect-not-a-request = это не ответ на запрос разъяснения другой Стороны
effect-missing = недостаёт: { $part }
effect-unexpected = не относится к этой форме: { $part }
effect-bad = недопустимо: { $part }
effect-long = слишком длинно: { $part }
effect-other = недопустимо ({ $part })

part-text = текст
part-attachments = вложения
part-passages = отмеченные отрывки
part-operative = исполнительное слово
part-place = место
part-time-ms = время
part-time = время
part-numbers = числа
part-phrase = фраза
part-slots = значения фразы
part-channel = канал
part-counterpart = собеседник
part-template = текст проверки связи
part-officer = офицер
part-screens = число экранов
part-field = номер поля
part-recipient = кому
part-typed = набранное
part-outcome = исход
part-reason = причина
part-heard = был ли слышен сигнал тревоги

inbox-open = Открыто сообщений: { $open }, просрочено: { $overdue }, из последних { $looked }; на { $time }.
inbox-none = Открытых нет среди последних сообщений ({ $looked }), на { $time }.
inbox-truncated = Просмотрены только последние { $limit } каждой срочности и { $limit } МОЛНИЙ, ожидающих дольше всех.
inbox-flood = Ещё сообщений от { $party }: { $count }, один общий сигнал; поступали по { $rate } в минуту.
inbox-latest = Последние сообщения ({ $count }), сначала новые; на { $time }.
inbox-from = от
inbox-to = кому
inbox-ago = { $time } назад
inbox-then = затем

labelled = { $name }: { $value }
recorded-as = Записано в наш журнал: { $number }.
said = Записано в наш журнал: { $number }, { $time }: { $what }, кому: { $posts }.
said-signed = { $party }: получение подписано.
said-unsigned = Их узел ещё не подписал получение.
said-stopped = Этот узел остановлен: сообщение уйдёт, когда он заработает (`coupefeu up`).
said-chain = Прохождение: { $command }
ask-again = Попросить повторить: { $command }
take-it = Принять в работу: { $command }
line-up = Линия с { $party }: действует; их узел отвечает.
line-late = Линия с { $party }: действует; их узел в последнее время не отвечал.
line-down = Линия с { $party }: прервана.
events-missed = Не показано событий: { $count }; смотрите `coupefeu inbox` и `coupefeu record`.

## The watch.

watch-taken = Дежурит с этого момента: { $post }. Другая Сторона это видит.
watch-left = Больше не дежурит: { $post }. Сообщения всё равно уходят и подают сигнал.
watch-heard = Сигнал тревоги здесь слышен.
watch-not-heard = СИГНАЛ ТРЕВОГИ ЗДЕСЬ НЕ СЛЫШЕН.
watch-check-alarm = Проверьте динамик, громкость и кабель, затем примите дежурство снова.
watch-ask = Сейчас звучит сигнал тревоги. Вы его слышали?

phrase-01 = Прекратите огонь: { $place }.
phrase-02 = Мы прекратили огонь: { $place }, время { $time }.
phrase-03 = Мы под огнём: { $place }.
phrase-04 = Наше воздушное судно сбилось с пути. Место: { $place }. Не открывайте по нему огонь.
phrase-05 = Произошёл случайный пуск. Ожидаемое место падения: { $place }, время { $time }.
phrase-06 = Наш корабль или воздушное судно терпит бедствие: { $place }.
phrase-07 = Ведутся спасательные работы: { $place }, до { $time }.
phrase-08 = Просим безопасного прохода: { $place }, с { $time }.
phrase-09 = Предоставляем безопасный проход: { $place }, с { $time }.
phrase-10 = Держитесь в стороне: { $place }, до { $time }.
phrase-11 = Мы держимся в стороне: { $place }, до { $time }.
phrase-12 = Ваше воздушное судно слишком близко к нашему. Место: { $place }. Держите расстояние в километрах: { $number }.
phrase-13 = Ваш корабль слишком близко к нашему. Место: { $place }. Держите расстояние в морских милях: { $number }.
phrase-14 = Там находятся гражданские лица: { $place }. Число людей: { $number }.
phrase-15 = Там находится наш личный состав: { $place }. Число людей: { $number }.
phrase-16 = Наших сил там нет: { $place }.
phrase-17 = Что там делают ваши силы: { $place }?
phrase-18 = Деятельность прекращена: { $place }, время { $time }.
phrase-19 = Выясняем. Ответим до { $time }.
phrase-20 = Мы согласны.
phrase-21 = Мы не согласны.
phrase-22 = Мы не понимаем. Скажите другими словами.
phrase-23 = Предлагаем поговорить голосом в { $time }.
phrase-24 = Эта линия не будет работать до { $time }.

line-test-1 = АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ 0123456789
line-test-2 = Река берёт начало в холмах и медленно течёт к морю.
line-test-3 = Библиотека выдаёт книги читателям на тридцать дней.
line-test-4 = Дубы, буки и липы стоят вдоль дороги к станции.
line-test-5 = Музей открывается в десять утра и закрывается в шесть вечера.
line-test-6 = Хлеб пекут из муки, воды, соли и дрожжей.

## The console: signing in.

ui-enter = Вход…
ui-enter-refused = Войти по этой ссылке не удалось
ui-enter-none = В адресе нет ключа: отсутствует часть после знака #. Откройте ссылку целиком.
ui-enter-unknown = Эта ссылка здесь неизвестна. Её создал другой узел, или этот узел с тех пор был перезапущен.
ui-enter-used = Эта ссылка уже использована. По каждой ссылке один раз входит один браузер.
ui-enter-used-by-whom = Если ею воспользовались не вы, за этим пультом сейчас кто-то другой. Немедленно сообщите тому, кто обслуживает узел; эта команда завершает все сеансы:
ui-enter-expired = Срок ссылки истёк. Ссылка действует десять минут.
ui-enter-displaced = Действие ссылки прекращено: все сеансы были завершены, или было создано много более новых ссылок.
ui-enter-guesses = С этого адреса пришло слишком много неверных ссылок. Подождите несколько секунд и попробуйте снова.
ui-enter-unreachable = Наш узел не ответил. Попробуйте снова; если окажется, что ссылка уже использована, запросите новую.
ui-enter-again = Попробовать снова
ui-enter-signed-in = В этом браузере открыт сеанс: { $post }.
ui-enter-open = Открыть пульт

## The console: shell, Line and Messages.

ui-unknown = неизвестно
ui-close = Закрыть
ui-loading = Запрос к нашему узлу…
ui-skip = К содержанию страницы
ui-pages = Страницы
ui-page-line = Линия
ui-page-messages = Сообщения
ui-page-record = Журнал
ui-page-agreement = Соглашение
ui-page-api = API
ui-language = Язык
ui-theme-system = Свет: как в системе
ui-theme-light = Свет: день
ui-theme-dark = Свет: ночь
ui-sign-out = Выйти
ui-keys = Клавиши
ui-keys-on = Одиночные клавиши действуют
ui-not-live = НЕТ СВЯЗИ С УЗЛОМ
ui-not-live-since = НЕТ СВЯЗИ С УЗЛОМ с { $time }
ui-not-live-hint = Наш узел не отвечает этой странице. Всё, что ниже, устарело. Страница продолжает попытки; набранное сохранено.
ui-unreachable = Наш узел не ответил.
ui-unreachable-hint = Набранное сохранено. Нажмите ещё раз: одна и та же запись дважды не делается.
ui-signed-out = Здесь никто не вошёл
ui-signed-out-hint = Тот, кто ведёт этот узел, получает одноразовую ссылку этой командой; откройте её в этом браузере:
ui-signed-out-kept = Черновики, набранные в этой вкладке, хранятся, пока она открыта.
ui-refused = Отказано.
ui-what-to-do = Что делать
ui-coverage = Показано { $shown } из { $total }; просмотрено { $looked }; на { $time }.
ui-coverage-truncated = Более старые не просмотрены.
ui-line-unknown = Линия с { $party }: неизвестно.
ui-count-open = Открыто: { $count }
ui-count-overdue = Просрочено: { $count }
ui-clock-ours = { $party }, наши часы, UTC
ui-clock-theirs = { $party }, по словам их узла
ui-watch-at = Дежурство { $party }:
ui-watch-nobody = никого в журнале
ui-watch-not-heard = сигнал не услышан
