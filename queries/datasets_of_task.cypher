// about: Datasets and benchmarks that papers about a task use or introduce, the most used first.
// param: task: Task - the task; narrower tasks are included
// param: limit: int = 100 - most rows returned
// returns: dataset: str - name of the dataset or benchmark
// returns: type: str - Dataset or Benchmark
// returns: papers: int - number of papers about the task that use or introduce it
// returns: paper: str - id of the paper with the best sentence
// returns: title: str - title of that paper
// returns: year: int? - year of that paper
// returns: quote: str - the best sentence: highest confidence, then the oldest paper
// returns: confidence: float - confidence of that sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: which datasets are used for {task}?
// ask: which benchmarks are used for {task}?
// ask: which datasets are used in {task}?
// ask: which benchmarks are used in {task}?
// ask: which datasets are there for {task}?
// ask: which benchmarks are there for {task}?
// ask: which datasets exist for {task}?
// ask: which benchmarks exist for {task}?
// ask: how is {task} evaluated?
// ask: what is {task} evaluated on?
// ask: datasets for {task}
// ask: benchmarks for {task}
// ask: datasets of {task}
UNWIND $task AS wanted
MATCH (top:Task {name: wanted})
MATCH (k:Task)-[:BROADER*0..3]->(top)
WITH DISTINCT k
MATCH (w:Paper)-[:ABOUT]->(k)
WITH DISTINCT w
MATCH (w)-[e:EVALUATED_ON|INTRODUCES]->(d:Dataset|Benchmark)
WITH d, w, e
ORDER BY e.confidence DESC, coalesce(w.year, 9999), w.id, e.field DESC, e.quote_start, e.id
WITH d, count(DISTINCT w.id) AS papers, head(collect({
  paper: w.id, title: w.name, year: w.year, note: w.note, quote: e.quote, confidence: e.confidence
})) AS best
RETURN d.name AS dataset, labels(d)[0] AS type, papers, best.paper AS paper, best.title AS title,
  best.year AS year, best.quote AS quote, best.confidence AS confidence, best.note AS note
ORDER BY papers DESC, d.id
LIMIT $limit
