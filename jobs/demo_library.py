"""What the demo's customers can read and learn: written by one of its staff, published by another."""

from models import Viewer
from resolvers.service import articles
from rules.service.articles import ArticleAudience, ArticleCategory, ArticleKind
from rules.service.drafts import ArticleDraft
from rules.service.lessons import ChoiceText, PageText, QuestionText

DAYS_AGO = 30
"""When it was published."""

ARTICLES = (
    ArticleDraft(
        category=ArticleCategory.COSTS,
        title_zh="利息是怎么算的",
        title_en="How interest is reckoned",
        summary_zh="利息按您尚未还清的本金和合同利率计算，本金越少，利息越少。",
        summary_en="Interest is charged on the principal you still owe, at the rate of your contract: the less you owe, the less you pay.",
        body_zh="合同里写的是年利率。每一期的利息，按这一期内尚未还清的本金计算。\n\n"
        "等额本息：每期还款额相同，前面利息多、本金少，后面相反。等额本金：每期本金相同，利息逐期减少。先息后本：平时只付利息，最后一期还本金。\n\n"
        "签约前您会看到综合融资成本，里面包含全部利息和费用。请比较这个数字，而不只是利率。",
        body_en="Your contract states a rate per year. The interest of each period is charged on the principal that is still owed in it.\n\n"
        "Equal installments: you pay the same each time, at first more interest and less principal. Equal principal: the same principal"
        " each time, and less interest from one to the next. Interest only: interest at first, the principal at the end.\n\n"
        "Before you sign you are shown all costs together, as one rate per year. Compare that, not the interest alone.",
    ),
    ArticleDraft(
        category=ArticleCategory.REPAYING,
        title_zh="提前还款是怎么回事",
        title_en="What early repayment means",
        summary_zh="可以提前还一部分，也可以全部还清；先试算，再决定。",
        summary_en="You can repay a part early, or all of it: ask for a quote first, then decide.",
        body_zh="在贷款页面选择提前还款，先看试算：要还多少、少付多少利息、是否有费用。试算不会改变您的贷款。\n\n"
        "还一部分时，您可以选择缩短期限，或减少每期还款额。缩短期限通常省下更多利息。\n\n"
        "不要为了提前还款动用应急的钱：留够几个月的生活费更稳妥。",
        body_en="Choose early repayment in the app and look at the quote: what you pay, what interest you save, and whether there is a fee."
        " A quote changes nothing.\n\n"
        "If you repay a part, you choose a shorter term or smaller installments. A shorter term usually saves more interest.\n\n"
        "Do not spend what you keep for emergencies: a few months of living costs set aside are worth more.",
    ),
    ArticleDraft(
        category=ArticleCategory.DIFFICULTIES,
        title_zh="还款有困难怎么办",
        title_en="What to do when paying becomes difficult",
        summary_zh="越早告诉我们，办法越多。随时可以在应用里申请帮助。",
        summary_en="The sooner you tell us, the more can be done. You can ask for help in the app at any hour.",
        body_zh="失业、生病、家里出事，都可能让还款变得困难。请在到期前告诉我们。\n\n"
        "应用里可以看到有哪些帮助，以及贷款会变成什么样；说一句话，或者什么都不说，都可以申请。答复之前，不会有人为这笔欠款给您打电话。\n\n"
        "只是晚几天，可以直接约定还款日。不要借新还旧，也不要相信收费的“代理维权”。",
        body_en="Losing work, falling ill, trouble in the family: any of it can make paying difficult. Tell us before the due day.\n\n"
        "The app shows what help there is, and what your loan would be like with it. You can ask for it with a word or without one."
        " Until you have an answer nobody calls you about the debt.\n\n"
        "If you only need some days, promise a day. Do not borrow to repay, and do not pay anybody who offers to fight us for you.",
    ),
    ArticleDraft(
        category=ArticleCategory.RIGHTS,
        title_zh="怎么投诉",
        title_en="How to complain",
        summary_zh="在应用里或在网点都可以，也可以拨打监管热线12378。投诉不会影响您的贷款。",
        summary_en="In the app or at your branch; the regulator's line is 12378. A complaint never harms your loan.",
        body_zh="在应用里随时可以投诉，也可以告诉网点：发生了什么、什么时候、您希望怎样解决，并留下能说明情况的材料。编号、处理期限和每一步都看得到。处理您投诉的人，不会是您投诉的人。\n\n"
        "对结果不满意，可以要求再次处理，也可以拨打金融消费者投诉热线12378，或者请调解组织调解。\n\n"
        "投诉是您的权利，不影响申请、合同和还款安排。",
        body_en="Complain in the app at any hour, or tell your branch: what happened, when, and what you would like to be done. Keep whatever"
        " shows it. You see its number, by when it is answered, and every step. Nobody decides about a complaint against himself.\n\n"
        "If you are not content with the answer, ask for it to be looked at again, call 12378, the line for consumers of finance, or ask a"
        " mediator.\n\n"
        "Complaining is your right. It changes nothing in your application, your contract or your installments.",
    ),
    ArticleDraft(
        category=ArticleCategory.SAFETY,
        title_zh="识别冒充我们的骗子",
        title_en="Telling us from those who pretend to be us",
        summary_zh="我们不会向您要验证码，也不会在放款前收费。",
        summary_en="We never ask for your code, and never for money before a loan is paid out.",
        body_zh="任何人向您要验证码、让您把钱转到“安全账户”、放款前先交“保证金”或“解冻费”，都是诈骗。\n\n"
        "还款只在应用里进行，或转到合同写明的账户。不确定时，挂断电话，自己打开应用核对。\n\n"
        "已经转账的，立即报警110，并告诉我们。",
        body_en="Whoever asks for your code, for a transfer to a “safe account”, or for a deposit before a loan is paid out is a fraud.\n\n"
        "You repay in the app, or to the account that your contract names. If in doubt, hang up and look in the app yourself.\n\n"
        "If you have sent money, call the police (110) at once, and tell us.",
    ),
)

LESSON = ArticleDraft(
    category=ArticleCategory.BORROWING,
    title_zh="借钱之前：五分钟一课",
    title_en="Before you borrow: a lesson of five minutes",
    summary_zh="借多少合适，看哪个数字，出了问题怎么办。",
    summary_en="How much is right, which number to look at, and what to do when something goes wrong.",
    body_zh="读完三页，回答三个问题。答错了可以再试。",
    body_en="Read three pages and answer three questions. Whoever is wrong tries again.",
    pages=(
        PageText(
            "先算每月能拿出多少钱：收入减去房租、吃饭、孩子、其他贷款，再留一些应急。每月还款额不应超过剩下的钱。",
            "First reckon what you can spare a month: income less rent, food, children and other loans, with something left for"
            " emergencies. An installment should not be more than that.",
        ),
        PageText(
            "利率低不等于便宜。看综合融资成本：它把利息和所有费用合成一个年化数字，不同的贷款可以直接比较。",
            "A low rate is not always cheap. Look at the cost of credit as a whole: it makes interest and all fees one rate per year, so that"
            " loans can be compared.",
        ),
        PageText(
            "还款有困难时，在到期前申请帮助，比逾期之后再说要好得多。逾期会产生罚息，并可能影响信用记录。",
            "When paying becomes difficult, ask for help before the due day rather than after it. Being late costs penalty interest, and may"
            " stand in your credit record.",
        ),
    ),
    questions=(
        QuestionText(
            "比较两笔贷款，应该看哪个数字？",
            "Which number do you compare two loans by?",
            (
                ChoiceText("广告上的利率", "The rate in the advertisement"),
                ChoiceText("综合融资成本", "The cost of credit as a whole"),
                ChoiceText("每期还款额", "The installment"),
            ),
            2,
        ),
        QuestionText(
            "每月还款额多少合适？",
            "How large may an installment be?",
            (
                ChoiceText("不超过每月剩下的钱", "Not more than you can spare a month"),
                ChoiceText("越大越好，早点还完", "As large as possible, to be done soon"),
            ),
            1,
        ),
        QuestionText(
            "预计下个月还不上，什么时候申请帮助？",
            "You expect not to be able to pay next month. When do you ask for help?",
            (
                ChoiceText("逾期以后", "Once you are late"),
                ChoiceText("借新的来还", "Never: you borrow to repay"),
                ChoiceText("现在，到期之前", "Now, before the due day"),
            ),
            3,
        ),
    ),
)


async def publish(writer: Viewer, manager: Viewer) -> None:
    """Write all of it as one person, and publish it as another."""
    library = [(ArticleKind.ARTICLE, draft) for draft in ARTICLES] + [(ArticleKind.LESSON, LESSON)]
    for kind, draft in library:
        written = await articles.write_article(writer, kind=kind, audience=ArticleAudience.CUSTOMERS, draft=draft)
        await articles.approve_article(manager, version_id=written.id, version=written.version)
