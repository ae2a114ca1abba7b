// about: Papers about a task, research area or learning setting, newest first.
// param: task: Task - the task; narrower tasks are included
// param: limit: int = 100 - most rows returned
// returns: paper: str - id of the paper
// returns: title: str - its title
// returns: year: int? - its year
// returns: kind: str? - its main contribution, such as method or survey
// returns: task: str - the task it is about
// returns: quote: str - the best sentence that says so
// returns: confidence: float - confidence of that sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: which papers are about {task}?
// ask: which papers are on {task}?
// ask: which papers work on {task}?
// ask: which papers deal with {task}?
// ask: which papers are there on {task}?
// ask: what work is there on {task}?
// ask: what has been written about {task}?
// ask: who works on {task}?
// ask: papers on {task}
// ask: papers about {task}
// ask: show me papers on {task}
UNWIND $task AS wanted
MATCH (top:Task {name: wanted})
MATCH (k:Task)-[:BROADER*0..3]->(top)
WITH DISTINCT k
MATCH (w:Paper)-[e:ABOUT]->(k)
WITH w, k, e
ORDER BY e.confidence DESC, e.field DESC, e.quote_start, e.id
WITH w, head(collect({task: k.name, quote: e.quote, confidence: e.confidence})) AS best
RETURN w.id AS paper, w.name AS title, w.year AS year, w.kind AS kind, best.task AS task, best.quote AS quote,
  best.confidence AS confidence, w.note AS note
ORDER BY coalesce(w.year, 0) DESC, w.id
LIMIT $limit
