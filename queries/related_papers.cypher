// about: Papers that share problems, methods, tasks, datasets or benchmarks with a paper.
// param: paper: Paper - the paper
// param: limit: int = 20 - most rows returned
// returns: paper: str - id of the other paper
// returns: title: str - its title
// returns: year: int? - its year
// returns: score: int - 3 for each shared problem, 2 for a method or task, 1 for a dataset or benchmark
// returns: problems: int - number of shared problems
// returns: methods: int - number of shared methods
// returns: tasks: int - number of shared tasks
// returns: datasets: int - number of shared datasets and benchmarks
// ask: which papers are related to {paper}?
// ask: which papers are similar to {paper}?
// ask: which papers are like {paper}?
// ask: what is related to {paper}?
// ask: what is similar to {paper}?
// ask: related papers of {paper}
// ask: papers related to {paper}
// ask: papers similar to {paper}
// ask: papers like {paper}
// ask: what should I read after {paper}?
UNWIND $paper AS wanted
MATCH (a:Paper {id: wanted})
MATCH (a)-[:TARGETS|ABOUT|USES|INTRODUCES|COMPARED_WITH|EVALUATED_ON]->(x:Problem|Method|Task|Dataset|Benchmark)
WITH DISTINCT x, labels(x)[0] AS label
MATCH (w:Paper)-[:TARGETS|ABOUT|USES|INTRODUCES|COMPARED_WITH|EVALUATED_ON]->(x)
WHERE NOT w.id IN $paper
WITH DISTINCT w.id AS w_id, coalesce(w.year, 0) AS year, x.id AS shared_id, label
WITH w_id, year, count(shared_id) AS things,
  sum(CASE label WHEN 'Problem' THEN 1 ELSE 0 END) AS problems,
  sum(CASE label WHEN 'Method' THEN 1 ELSE 0 END) AS methods,
  sum(CASE label WHEN 'Task' THEN 1 ELSE 0 END) AS tasks
WITH w_id, year, problems, methods, tasks, things - problems - methods - tasks AS datasets,
  things + 2 * problems + methods + tasks AS score
ORDER BY score DESC, year DESC, w_id
LIMIT $limit
MATCH (w:Paper {id: w_id})
RETURN w.id AS paper, w.name AS title, w.year AS year, score, problems, methods, tasks, datasets
ORDER BY score DESC, coalesce(w.year, 0) DESC, w.id
LIMIT $limit
