"""The verbs, and how their help reads; what they need is imported when one runs, so that --help answers at once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from alsoliked._version import __version__
from alsoliked.cli import (
    audit,
    compare,
    data,
    demo,
    edits,
    evaluate,
    export,
    first,
    forget,
    inspect,
    interview,
    keys,
    loops,
    monitor,
    newcomers,
    plan,
    recommend,
    report,
    retrain,
    rollout,
    serve,
    similar,
    simulate,
    tradeoff,
    train,
    typical,
    update,
)
from alsoliked.cli.grouped import Grouped

__all__ = ["app"]

app = typer.Typer(
    name="alsoliked",
    help="From a table of ratings to explained recommendations.",
    epilog="Begin with: alsoliked demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        print(f"alsoliked {__version__}")
        raise typer.Exit


def _examples(*lines: str) -> dict[str, Any]:
    return {"epilog": "\b\nExamples:\n" + "\n".join(f"  alsoliked {line}" for line in lines)}


app.command(**_examples("demo", "demo -o runs/tour --user 405"))(demo.demo)
app.add_typer(data.app, name="data")
app.command(
    cls=Grouped,
    **_examples(
        "train ml-100k -o runs/first --model dot_bias --seed 42",
        "train ratings.csv -o runs/mine --user reader --rating stars",
        "train sqlite:///my.db --query 'SELECT * FROM votes' -o runs/shop",
        "train big.parquet -o runs/big --engine spark --workers 8",
    ),
)(train.train)
app.command(
    **_examples(
        "compare ml-100k --folds u -o runs/compare",
        "compare ratings.csv --models dot_bias:wd=.2,net --folds 3",
        "compare ratings.csv --time-split --json",
    )
)(compare.compare)
app.command(cls=Grouped, **_examples("evaluate runs/first --json", "evaluate runs/first newer.csv -k 5"))(
    evaluate.evaluate
)
app.command(
    cls=Grouped,
    **_examples(
        "recommend runs/first 196 -n 10 --why",
        "recommend runs/first --given mine.csv",
        "recommend runs/first --given 'Alien (1979)=5' --why",
        "recommend runs/first --all > lists.csv",
        "recommend runs/big --all --engine spark --out lists",
    ),
)(recommend.recommend)
app.command(
    **_examples(
        "interview runs/first",
        "interview runs/first --form pick --most 5",
        "interview runs/first --given 'Alien (1979)=5' --json",
    )
)(interview.interview)
app.command(
    **_examples(
        "first ml-100k --by popular --days 30",
        "first runs/first --by varied",
        "first catalogue.csv --by newest",
    )
)(first.first)
app.command(
    **_examples(
        'similar runs/first "Silence of the Lambs, The (1991)"',
        "similar runs/first 98 --min-count 50",
        "similar runs/first 196 --user",
    )
)(similar.similar)
app.command(**_examples("inspect runs/first --min-count 20"))(inspect.inspect)
app.command(**_examples("typical runs/first", "typical runs/first --tastes 6 --json"))(typical.typical)
app.command(
    **_examples("newcomers runs/first --of items", "newcomers runs/first --of users --folds 0 -o runs/columns")
)(newcomers.newcomers)
app.command(**_examples("report runs/first -o report.html", "report runs/first --user 196 --user 405"))(report.report)
app.command(
    **_examples(
        "audit runs/first",
        "audit runs/first --by gender,activity --parts served,shown --tables",
        "audit runs/first newer.csv -o audit.html",
    )
)(audit.audit)
app.command(
    **_examples(
        "tradeoff runs/first --how popularity --strengths 0,.1,.3,.5",
        "tradeoff runs/first --how calibrated --column genres --json",
        "tradeoff runs/first --how popularity --choose 0.3 -o runs/wider",
    )
)(tradeoff.tradeoff)
app.command(
    **_examples(
        "simulate runs/first --rounds 10 --arms model,popular,random,none",
        "simulate runs/first --arms model,explore:0.2,rerank:0.5,none --seeds 5 -o runs/loop",
        "simulate runs/first --arms model --grow gender=M",
    )
)(simulate.simulate)
app.command(
    **_examples("loops rated.csv --shown shown.csv", "loops rated.csv --before ml-100k --looks 52 -o narrowing.html")
)(loops.loops)
app.add_typer(plan.app, name="plan")
app.command(
    **_examples("update runs/first newer.csv -o runs/second", "update runs/first sqlite:///my.db --query 'SELECT …'")
)(update.update)
app.command(**_examples("forget runs/first 196", "forget runs/first 196 --no-refit -o runs/without"))(forget.forget)
app.command(**_examples("serve runs/first", "serve runs/first --workers 2 --database postgresql://me@db/alsoliked"))(
    serve.serve
)
app.add_typer(keys.app, name="keys")
app.add_typer(rollout.app, name="rollout")
app.add_typer(edits.app, name="edits")
app.command(
    **_examples(
        "export runs/first --to parquet -o tables",
        "export runs/first --to pgvector --url postgresql://me@db/shop",
        "export runs/first --to usearch -o index --directions 64",
        "export runs/first --to onnx -o scorer",
    )
)(export.export)
app.command(
    **_examples(
        "retrain",
        "retrain --propose --by ops",
        "retrain --model als:n_factors=40 -o runs/next",
        "retrain --every 24h",
    )
)(retrain.retrain)
app.command(
    **_examples("monitor", "monitor --since 7d --tables", "monitor -o monitor.html", "monitor --alerts > alerts.yml")
)(monitor.monitor)
